/** Signs a person in and out, and answers a Challenge. */
@ApplicationModule(
        allowedDependencies = {
            "problem",
            "watch",
            "web",
            "keys",
            "store",
            "provider",
            "session",
            "vault",
            "membership",
            "route",
            "token",
            "limit"
        })
@NullMarked
package dev.latchkey.gateway.login;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
