/** The wire faces of the systems that the gateway replaces, one sub-package each; they add no feature. */
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
            "token",
            "limit",
            "login",
            "link",
            "installation",
            "github"
        })
@NullMarked
package dev.latchkey.gateway.facade;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
