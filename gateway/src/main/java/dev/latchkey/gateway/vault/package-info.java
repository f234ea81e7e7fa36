/** Keeps provider tokens sealed and hands out fresh ones. */
@ApplicationModule(allowedDependencies = {"problem", "keys", "store", "session"})
@NullMarked
package dev.latchkey.gateway.vault;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
