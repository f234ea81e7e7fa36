package dev.latchkey.gateway.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PropertyNamesTest {

    private final PropertyNames names = new PropertyNames();

    private record Caller(String name, List<String> repositories) {}

    private record Broker(int renewBefore, List<Caller> callers, Map<String, String> permissions) {}

    private record Top(Broker broker, String store) {}

    @BeforeEach
    void bind() {
        names.add("latchkey", Top.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "latchkey.store",
                "latchkey.broker.renew-before",
                "latchkey.broker.renewBefore",
                "latchkey.broker.renew_before",
                "latchkey.broker.callers[12].name",
                "latchkey.broker.callers[0].repositories[3]",
                "latchkey.broker.permissions.pull-requests",
                "latchkey.broker.permissions[pull-requests]"
            })
    void areKnownHoweverSpringLetsThemBeWritten(String name) {
        assertThat(names.contain(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "LATCHKEY_STORE",
                "LATCHKEY_BROKER_RENEWBEFORE",
                "LATCHKEY_BROKER_RENEW_BEFORE",
                "LATCHKEY_BROKER_CALLERS_0_NAME",
                "LATCHKEY_BROKER_CALLERS_0_REPOSITORIES_1",
                "LATCHKEY_BROKER_PERMISSIONS_CONTENTS"
            })
    void areKnownAsVariables(String variable) {
        assertThat(names.containVariable(variable)).isTrue();
    }

    @Test
    void areGuessedFromASlipAndFromNothingElse() {
        assertThat(names.meantBy("latchkey.stoer")).isEqualTo("latchkey.store");
        assertThat(names.meantBy("latchkey.brokr.callers[1].nmae")).isNull();
        assertThat(names.meantBy("latchkey.broker.callers[1].nam")).isEqualTo("latchkey.broker.callers.name");
        assertThat(names.meantBy("latchkey.broker.permisions.contents")).isEqualTo("latchkey.broker.permissions");
        assertThat(names.meantBy("LATCHKEY_BROKER_RENEW_BEFOR")).isEqualTo("latchkey.broker.renew-before");
        for (String others : List.of(
                "LATCHKEY_SERVICE_HOST",
                "LATCHKEY_SERVICE_PORT_EDGE",
                "LATCHKEY_PORT",
                "LATCHKEY_PORT_8080_TCP_ADDR",
                "LATCHKEY_REDIS_PORT",
                "LATCHKEY_HOME",
                "latchkey.login.banner")) {
            assertThat(names.meantBy(others)).as(others).isNull();
        }
    }
}
