package dev.latchkey.gateway.route;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where the routes are.
 *
 * @param routes the folder of route files
 */
@ConfigurationProperties("latchkey")
record RouteProperties(@DefaultValue("routes") Path routes) {}
