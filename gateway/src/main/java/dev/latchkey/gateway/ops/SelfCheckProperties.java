package dev.latchkey.gateway.ops;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Whether the gateway looks at its surroundings.
 *
 * @param selfCheck once started, ask the external URL whether it leads here and GitHub what time it is, and warn of what does
 *     not agree; off for a network in which neither is found
 */
@ConfigurationProperties("latchkey")
record SelfCheckProperties(@DefaultValue("true") boolean selfCheck) {}
