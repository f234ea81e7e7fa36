/** Account links: which account of a chat acts as whom at the provider, and until when. */
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
            "login"
        })
@NullMarked
package dev.latchkey.gateway.link;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
