package dev.latchkey.gateway.web;

import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/**
 * Endpoints of the internal port. They are wrapped so that the edge, which serves every bare router function there is,
 * cannot serve them by accident.
 */
public record InternalRoutes(RouterFunction<ServerResponse> routes) {}
