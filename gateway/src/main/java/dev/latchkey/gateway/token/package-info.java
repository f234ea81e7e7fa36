/** API tokens of the gateway's own: what people make for their programs, and what a program shows instead of a cookie. */
@ApplicationModule(allowedDependencies = {"problem", "keys", "store", "session", "vault", "route"})
@NullMarked
package dev.latchkey.gateway.token;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
