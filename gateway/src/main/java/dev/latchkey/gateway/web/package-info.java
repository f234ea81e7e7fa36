/** What the gateway itself says: problem answers, pages, security headers, trusted proxies, request id. */
@ApplicationModule(allowedDependencies = {"problem", "watch"})
@NullMarked
package dev.latchkey.gateway.web;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
