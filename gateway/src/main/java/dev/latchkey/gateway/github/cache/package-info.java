/** Answers of GitHub's that are kept: for whom, how long, and on what terms somebody else may have them. */
@NullMarked
package dev.latchkey.gateway.github.cache;

import org.jspecify.annotations.NullMarked;
