/** Turns the configuration of another gateway into route files and properties of this one. */
@NamedInterface("migrate")
@NullMarked
package dev.latchkey.gateway.ops.migrate;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
