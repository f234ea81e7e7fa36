package dev.latchkey.gateway;

import dev.latchkey.gateway.problem.ConfigurationChecks;
import dev.latchkey.gateway.problem.ConfigurationFault;
import dev.latchkey.gateway.problem.ConfigurationRefused;
import dev.latchkey.gateway.route.Asker;
import dev.latchkey.gateway.route.Explainer;
import java.io.PrintStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.HttpMethod;

/**
 * {@code check [DIR] [--as LOGIN|JOB METHOD URL] [--PROPERTY=VALUE...]}: looks at the configuration and the route files as a start would, tells
 * every fault, and starts nothing. With {@code --as} it then explains one decision, without asking GitHub.
 */
final class CheckCommand {

    private static final String USAGE = "Say: check [DIR] [--as LOGIN|JOB METHOD URL] [--PROPERTY=VALUE...]\n"
            + "DIR has the route files; without it they are where latchkey.routes says.";

    private final PrintStream out;

    CheckCommand(PrintStream out) {
        this.out = out;
    }

    /** An application of nothing: the environment is read and checked, and there is no bean to start. */
    @Configuration(proxyBeanMethods = false)
    static class Nothing {}

    /** @return the exit status: 0 if all is well, 1 otherwise */
    int run(List<String> arguments) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.println(USAGE);
            return 0;
        }
        Question question = Question.in(arguments);
        List<String> rest = Question.without(arguments);
        if (rest.stream().skip(1).anyMatch(word -> !word.startsWith("--"))) {
            out.println(USAGE);
            return 1;
        }
        try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Nothing.class)
                .initializers(new ConfigurationChecks(this::print))
                .web(WebApplicationType.NONE)
                .properties("logging.level.root=off")
                .logStartupInfo(false)
                .run(springArguments(rest))) {
            return question == null ? approve() : explain(question, Binder.get(context.getEnvironment()));
        } catch (ConfigurationRefused refused) {
            refused.faults().forEach(this::print);
            out.println(
                    refused.faults().size() == 1 ? "1 fault" : refused.faults().size() + " faults");
            return 1;
        }
    }

    private int approve() {
        out.println("Configuration and route files are good.");
        return 0;
    }

    private int explain(Question question, Binder binder) {
        if (question.address() == null) {
            out.println("After --as come a GitHub login or a job, a method and an address:"
                    + " check --as octocat GET https://wiki.example.com/x,"
                    + " check --as actions:acme/wiki@refs/heads/main GET https://wiki.example.com/x");
            return 1;
        }
        Asker asker;
        try {
            asker = Asker.named(question.name());
        } catch (IllegalArgumentException e) {
            out.println(e.getMessage());
            return 1;
        }
        out.println(Explainer.offline(binder)
                .explain(asker, question.method(), question.address())
                .block());
        return 0;
    }

    /** Who would like to know what; the address is null if it is not told in full. */
    private record Question(
            String name, HttpMethod method, @Nullable URI address) {

        private static final String OPTION = "--as";
        private static final int WORDS = 4;

        static @Nullable Question in(List<String> arguments) {
            int at = arguments.indexOf(OPTION);
            if (at < 0) {
                return null;
            }
            if (at + WORDS > arguments.size()) {
                return new Question("", HttpMethod.GET, null);
            }
            HttpMethod method = HttpMethod.valueOf(arguments.get(at + 2).toUpperCase(Locale.ROOT));
            return new Question(arguments.get(at + 1), method, address(arguments.get(at + 3)));
        }

        private static @Nullable URI address(String text) {
            try {
                return new URI(text);
            } catch (URISyntaxException e) {
                return null;
            }
        }

        static List<String> without(List<String> arguments) {
            int at = arguments.indexOf(OPTION);
            if (at < 0) {
                return arguments;
            }
            List<String> rest = new ArrayList<>(arguments.subList(0, at));
            rest.addAll(arguments.subList(Math.min(at + WORDS, arguments.size()), arguments.size()));
            return rest;
        }
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
