/** Jobs of GitHub Actions, known by the OIDC tokens that they bring. */
@ApplicationModule(allowedDependencies = {"problem", "watch", "web", "store"})
@NullMarked
package dev.latchkey.gateway.actions;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
