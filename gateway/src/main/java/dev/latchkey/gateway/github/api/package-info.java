/** A call to GitHub's API on behalf of a person, and the steps between the gateway and GitHub. */
@NullMarked
package dev.latchkey.gateway.github.api;

import org.jspecify.annotations.NullMarked;
