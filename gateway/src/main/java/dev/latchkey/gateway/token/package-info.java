/** What people's programs show instead of a cookie: API tokens of the gateway's own, and GitHub tokens of its app. */
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
            "route",
            "limit"
        })
@NullMarked
package dev.latchkey.gateway.token;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
