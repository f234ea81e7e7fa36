package dev.latchkey.gateway.ops;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is written of requests. The audit stream is always on: it is the logger {@code latchkey.audit}.
 *
 * @param accessLog whether each request has a line, by the logger {@code latchkey.access}
 */
@ConfigurationProperties("latchkey")
record LogProperties(@DefaultValue("false") boolean accessLog) {}
