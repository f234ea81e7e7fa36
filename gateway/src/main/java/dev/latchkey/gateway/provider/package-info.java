/** Speaks with the identity provider: where it is, how it hands out tokens, and what its refusals mean. */
@ApplicationModule(allowedDependencies = {"problem", "web", "keys"})
@NullMarked
package dev.latchkey.gateway.provider;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
