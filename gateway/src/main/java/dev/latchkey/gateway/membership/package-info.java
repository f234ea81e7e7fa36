/** Which organisations, teams and repositories a person belongs to, and for how long we may believe it. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "keys", "store", "provider", "session", "vault"})
@NullMarked
package dev.latchkey.gateway.membership;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
