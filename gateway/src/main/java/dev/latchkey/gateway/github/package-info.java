/** The GitHub API passthrough: credential, cache, coalescing, pacing, quota. */
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
            "installation",
            "route",
            "limit"
        })
@NullMarked
package dev.latchkey.gateway.github;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
