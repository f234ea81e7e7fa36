/** How much one may ask of an app: size and rate of requests, before the app hears of them. */
@ApplicationModule(allowedDependencies = {"problem", "web", "session", "route"})
@NullMarked
package dev.latchkey.gateway.limit;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
