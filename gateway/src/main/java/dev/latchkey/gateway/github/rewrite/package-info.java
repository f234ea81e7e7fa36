/** GitHub's addresses in answers, turned into the gateway's. */
@NullMarked
package dev.latchkey.gateway.github.rewrite;

import org.jspecify.annotations.NullMarked;
