/** Hands a permitted request to Spring Cloud Gateway, which carries it to the backend. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "web", "keys", "session", "route"})
@NullMarked
package dev.latchkey.gateway.forward;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
