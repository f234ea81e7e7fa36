/** The vocabulary of failure: a stable code, a status, words safe for the client, a hint. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.latchkey.gateway.problem;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
