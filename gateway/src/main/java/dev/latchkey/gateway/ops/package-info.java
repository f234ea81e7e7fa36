/** What operators see: the internal port, with health and what else is not for the public. */
@ApplicationModule(
        allowedDependencies = {
            "problem",
            "watch",
            "web",
            "tls",
            "keys",
            "store",
            "provider",
            "session",
            "vault",
            "membership",
            "route",
            "login",
            "identity",
            "installation",
            "github :: pace",
            "limit",
            "forward"
        })
@NullMarked
package dev.latchkey.gateway.ops;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
