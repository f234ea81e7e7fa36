package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.keys.Secret;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Who may do everything on the internal port.
 *
 * @param token bearer tokens, each as text or {@code file:} and a path; without one only this machine may ask
 */
@ConfigurationProperties("latchkey.internal")
record InternalTokenProperties(@DefaultValue List<Secret> token) {}
