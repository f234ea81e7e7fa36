/** What backends learn: strips forgeries, mints a short JWT for one audience, injects headers, serves the JWKS. */
@ApplicationModule(
        allowedDependencies = {
            "problem",
            "web",
            "keys",
            "store",
            "provider",
            "session",
            "watch",
            "vault",
            "membership",
            "actions",
            "installation",
            "route"
        })
@NullMarked
package dev.latchkey.gateway.identity;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
