package dev.latchkey.gateway.tls;

import java.time.Clock;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.reactor.netty.NettyServerCustomizer;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.netty.http.HttpProtocol;
import reactor.netty.http.server.HttpServer;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties({TlsProperties.class, InternalTlsProperties.class})
class TlsConfiguration {

    @Bean
    EdgeCertificates edgeCertificates(TlsProperties properties, ServerProperties server, Clock clock) {
        return EdgeCertificates.in(properties, server.getHttp2().isEnabled(), clock);
    }

    @Bean
    InternalTls internalTls(InternalTlsProperties properties, Clock clock) {
        return InternalTls.in(properties, clock);
    }

    @Bean
    CertificateWatch certificateWatch(EdgeCertificates certificates, InternalTls internal) {
        return new CertificateWatch(certificates, internal);
    }

    @Bean
    NettyServerCustomizer edgeTls(EdgeCertificates certificates, ServerProperties server) {
        HttpProtocol[] spoken = server.getHttp2().isEnabled()
                ? new HttpProtocol[] {HttpProtocol.HTTP11, HttpProtocol.H2}
                : new HttpProtocol[] {HttpProtocol.HTTP11};
        return web -> certificates.isEmpty() ? web : secured(web, certificates).protocol(spoken);
    }

    /** Every connection asks anew, with or without a name, so what was reloaded is shown from the next one on. */
    private static HttpServer secured(HttpServer server, EdgeCertificates certificates) {
        return server.secure(
                spec -> spec.sslContext(certificates.usual().provider().getSslContext())
                        .setSniAsyncMappings((name, promise) ->
                                promise.setSuccess(certificates.forName(name).provider())));
    }
}
