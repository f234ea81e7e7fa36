package dev.latchkey.gateway.web;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({AddressProperties.class, PagesProperties.class})
class PagesConfiguration {

    @Bean
    GatewayAddress gatewayAddress(AddressProperties properties) {
        return properties.address();
    }

    @Bean
    SecurityHeaders securityHeaders(GatewayAddress address) {
        return new SecurityHeaders(address);
    }

    @Bean
    ProblemDocument problemDocument(GatewayAddress address) {
        return new ProblemDocument(address);
    }

    @Bean
    Assets assets(GatewayAddress address, SecurityHeaders headers) {
        return new Assets(address, headers);
    }

    @Bean
    Pages pages(GatewayAddress address, Assets assets, PagesProperties properties) {
        return new Pages(address, assets, properties);
    }

    @Bean
    RouterFunction<ServerResponse> assetRoutes(Assets assets) {
        return assets.routes();
    }

    @Bean
    RouterFunction<ServerResponse> problemReferenceRoutes(
            Pages pages, SecurityHeaders headers, GatewayAddress address) {
        return new ProblemReference(pages, headers).routes(address);
    }
}
