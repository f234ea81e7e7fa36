package dev.latchkey.gateway;

import dev.latchkey.gateway.problem.ConfigurationChecks;
import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/**
 * {@code check [DIR]}: looks at the configuration and the route files as a start would, tells every fault, and starts
 * nothing.
 */
final class CheckCommand {

    private final PrintStream out;

    CheckCommand(PrintStream out) {
        this.out = out;
    }

    /** An application of nothing: the environment is read and checked, and there is no bean to start. */
    @Configuration(proxyBeanMethods = false)
    static class Nothing {}

    /** @return the exit status: 0 if all is well, 1 otherwise */
    int run(List<String> arguments) {
        try {
            new SpringApplicationBuilder(Nothing.class)
                    .initializers(new ConfigurationChecks())
                    .web(WebApplicationType.NONE)
                    .properties("logging.level.root=off")
                    .logStartupInfo(false)
                    .run(springArguments(arguments))
                    .close();
        } catch (ConfigurationRefused refused) {
            refused.faults().forEach(this::print);
            out.println(
                    refused.faults().size() == 1 ? "1 fault" : refused.faults().size() + " faults");
            return 1;
        }
        out.println("Configuration and route files are good.");
        return 0;
    }

    private void print(ConfigurationFault fault) {
        out.println(fault);
    }

    private static String[] springArguments(List<String> arguments) {
        List<String> all = new ArrayList<>(arguments);
        if (!all.isEmpty() && !all.get(0).startsWith("-")) {
            all.set(0, "--latchkey.routes=" + all.get(0));
        }
        return all.toArray(String[]::new);
    }
}
