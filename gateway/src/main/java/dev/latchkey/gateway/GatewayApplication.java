package dev.latchkey.gateway;

import dev.latchkey.gateway.problem.ConfigurationChecks;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;

/** Starts the gateway, or with {@code check} as first word only looks at what it would start with. */
@SpringBootApplication
public class GatewayApplication {

    public static void main(String[] args) {
        List<String> arguments = Arrays.asList(args);
        if (!arguments.isEmpty() && arguments.get(0).equals("check")) {
            System.exit(new CheckCommand(System.out).run(arguments.subList(1, arguments.size())));
        }
        application().run(args);
    }

    /** The gateway, not yet started; it refuses a configuration with faults before it makes its first part. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(GatewayApplication.class).initializers(new ConfigurationChecks());
    }
}
