/** Keeps provider tokens sealed and hands out fresh ones. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "keys", "store", "provider", "session"})
@NullMarked
package dev.latchkey.gateway.vault;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
