package dev.latchkey.gateway.bench;

import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.annotation.ImportCandidates;

/** Spring Cloud Gateway as it comes, from the same jars: one route, and nothing before it. Takes its port and a backend. */
@EnableAutoConfiguration
public class PlainHop {

    private static final List<String> NOT_TAKEN = List.of(".security.", ".session.", ".redis.", ".mustache.");

    public static void main(String[] args) {
        String route = "spring.cloud.gateway.server.webflux.routes[0].";
        new SpringApplicationBuilder(PlainHop.class)
                .properties(Map.of(
                        // Not the gateway's own application.yml.
                        "spring.config.name",
                        "plain-hop",
                        "spring.autoconfigure.exclude",
                        excluded(),
                        "server.port",
                        args[0],
                        "server.address",
                        "127.0.0.1",
                        route + "id",
                        "all",
                        route + "uri",
                        args[1],
                        route + "predicates[0]",
                        "Path=/**"))
                .run();
    }

    private static String excluded() {
        Iterable<String> all = ImportCandidates.load(AutoConfiguration.class, PlainHop.class.getClassLoader());
        return String.join(
                ",",
                StreamSupport.stream(all.spliterator(), false)
                        .filter(name -> NOT_TAKEN.stream().anyMatch(name::contains))
                        .toList());
    }
}
