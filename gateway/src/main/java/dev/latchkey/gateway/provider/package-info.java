/** The identity providers, GitHub and those added at run time: where they are, how they hand out tokens, what they tell of people, and what their refusals mean. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "web", "keys", "store"})
@NullMarked
package dev.latchkey.gateway.provider;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
