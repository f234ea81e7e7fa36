/** What exists and who may use it: loads route files, matches a request, decides Permit, Challenge or Deny. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "web", "keys", "session", "membership", "actions"})
@NullMarked
package dev.latchkey.gateway.route;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
