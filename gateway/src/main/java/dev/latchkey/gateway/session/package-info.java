/** Who is at this browser: cookie, session, idle and absolute end, list and end by person. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "web", "keys", "store"})
@NullMarked
package dev.latchkey.gateway.session;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
