/** The two homes of state, embedded and Redis, behind the few verbs the other packages need. */
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package dev.latchkey.gateway.store;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
