/** The words in which features tell operators what happens. Features tell; ops writes it down, counts and traces it. */
@ApplicationModule(allowedDependencies = {})
@NullMarked
package dev.latchkey.gateway.watch;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
