/** Loads, names and rotates key material: sealing keys, signing keys, secrets that come from files. */
@ApplicationModule(allowedDependencies = {"problem", "store"})
@NullMarked
package dev.latchkey.gateway.keys;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
