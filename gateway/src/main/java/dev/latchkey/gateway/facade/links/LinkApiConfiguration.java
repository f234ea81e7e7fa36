package dev.latchkey.gateway.facade.links;

import dev.latchkey.gateway.link.AccountLinks;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.GuardedRoutes;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
class LinkApiConfiguration {

    @Bean
    GuardedRoutes linkApi(AccountLinks links, Routes routes, GatewayAddress address, Audit audit) {
        return new GuardedRoutes(new LinkApi(links, routes, address, audit).routes());
    }
}
