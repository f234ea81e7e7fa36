package dev.latchkey.gateway.web;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Endpoints of the internal port that tell or change something: only for whoever may, which the port itself sees to. */
public record GuardedRoutes(RouterFunction<ServerResponse> routes) {}
