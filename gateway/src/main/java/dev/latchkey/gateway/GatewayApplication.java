package dev.latchkey.gateway;

import dev.latchkey.gateway.ops.QuietLibraries;
import dev.latchkey.gateway.problem.ConfigurationChecks;
import java.util.Arrays;
import java.util.List;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.builder.SpringApplicationBuilder;
import reactor.netty.ReactorNetty;

/**
 * Starts the gateway. With {@code check} as first word it only looks at what it would start with, and with {@code migrate} it
 * writes what another gateway's configuration becomes here.
 */
@SpringBootApplication
public class GatewayApplication {

    public static void main(String[] args) {
        List<String> arguments = Arrays.asList(args);
        if (!arguments.isEmpty() && arguments.get(0).equals("check")) {
            System.exit(new CheckCommand(System.out).run(arguments.subList(1, arguments.size())));
        }
        if (!arguments.isEmpty() && arguments.get(0).equals("migrate")) {
            System.exit(new MigrateCommand(System.out).run(arguments.subList(1, arguments.size())));
        }
        oneEventLoopForEachCore();
        application().run(args);
    }

    /** The gateway, not yet started; it refuses a configuration with faults before it makes its first part. */
    public static SpringApplicationBuilder application() {
        return new SpringApplicationBuilder(GatewayApplication.class)
                .initializers(new QuietLibraries(), new ConfigurationChecks());
    }

    /** Reactor Netty starts at least four. On fewer cores they spend their time on waking each other up. */
    private static void oneEventLoopForEachCore() {
        if (System.getProperty(ReactorNetty.IO_WORKER_COUNT) == null) {
            int cores = Runtime.getRuntime().availableProcessors();
            System.setProperty(ReactorNetty.IO_WORKER_COUNT, Integer.toString(cores));
        }
    }
}
