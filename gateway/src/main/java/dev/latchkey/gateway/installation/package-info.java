/** Brokers GitHub App installation tokens: one mint at a time per key, cached until near expiry. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "keys", "store", "provider"})
@NullMarked
package dev.latchkey.gateway.installation;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
