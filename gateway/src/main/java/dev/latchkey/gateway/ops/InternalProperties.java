package dev.latchkey.gateway.ops;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.util.List;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * The port that is not for the public.
 *
 * @param port its number; 0 takes a free one
 * @param address the address it listens at
 * @param token who bears one of these may use the admin calls; without any, whoever calls from this machine may
 */
@ConfigurationProperties("latchkey.internal")
record InternalProperties(
        @DefaultValue("8081") int port,
        @DefaultValue("127.0.0.1") String address,
        @DefaultValue List<Secret> token) {

    private static final int LAST_PORT = 65_535;

    void check(ConfigurationFaults faults) {
        if (port < 0 || port > LAST_PORT) {
            faults.add("latchkey.internal.port", "'" + port + "' is no port", "Write a number from 1 to 65535.");
        }
    }
}
