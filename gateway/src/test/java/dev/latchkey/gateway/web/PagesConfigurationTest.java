package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationRefused;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class PagesConfigurationTest {

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withUserConfiguration(PagesConfiguration.class);

    @Test
    void startsWithNothingConfigured() {
        runner.run(context -> {
            assertThat(context.getBean(GatewayAddress.class).origin()).isEqualTo("http://localhost:8080");
            assertThat(context.getBean(GatewayAddress.class).prefix()).isEqualTo("/oauth2");
            assertThat(context.getBean(Pages.class).signIn(TestPages.signIn())).contains("<title>Sign in · Latchkey");
        });
    }

    @Test
    void takesAddressAndBrandFromProperties() {
        runner.withPropertyValues(
                        "latchkey.external-url=https://gateway.example.com",
                        "latchkey.prefix=/auth",
                        "latchkey.pages.title=Acme Apps",
                        "latchkey.pages.support-url=mailto:help@acme.example")
                .run(context -> assertThat(context.getBean(Pages.class).signIn(TestPages.signIn()))
                        .contains("Acme Apps", "mailto:help@acme.example", "/auth/static/", "gateway.example.com"));
    }

    @Test
    void takesAnEmptySupportUrlForNone() {
        runner.withPropertyValues("latchkey.pages.support-url=")
                .run(context -> assertThat(context.getBean(Pages.class).signIn(TestPages.signIn()))
                        .doesNotContain("Get help"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "latchkey.external-url=http://gateway.example.com",
                "latchkey.prefix=oauth2",
                "latchkey.pages.title=",
                "latchkey.pages.support-url=javascript:alert(1)"
            })
    void doesNotStartWithAFault(String property) {
        String place = property.substring(0, property.indexOf('='));
        runner.withPropertyValues(property)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(ConfigurationRefused.class)
                        .hasMessageContaining(place));
    }
}
