/** TLS at the edge and at the internal port: which certificate is shown under which name, and how a renewed one comes into force. */
@ApplicationModule(allowedDependencies = {"problem"})
@NullMarked
package dev.latchkey.gateway.tls;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.ApplicationModule;
