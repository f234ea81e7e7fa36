package dev.latchkey.gateway.store;

import java.nio.file.Path;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Where state lives.
 *
 * @param store {@code embedded} keeps it in files of this one node, {@code redis} in a Redis that any number of nodes
 *     share and that {@code spring.data.redis.*} describes.
 * @param dataDir Folder of the embedded store's files; made, for its owner alone, when absent.
 */
@ConfigurationProperties("latchkey")
record StoreProperties(
        @DefaultValue("embedded") String store,
        @DefaultValue("data") Path dataDir) {}
