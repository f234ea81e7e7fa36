package dev.latchkey.gateway.web;

import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the edge believes of those who speak to it.
 *
 * @param trustedProxies CIDRs whose {@code Forwarded} and {@code X-Forwarded-*} headers are believed; none by default
 * @param domains hosts besides that of the external URL at which people are signed in, each with a cookie of its own: exact
 *     names, or {@code *.} and a domain
 */
@ConfigurationProperties("latchkey")
record WebProperties(
        @DefaultValue List<String> trustedProxies,
        @DefaultValue List<String> domains) {}
