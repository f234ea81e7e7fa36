package dev.latchkey.gateway.login;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.login.DeviceRequest.Decision;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.PersonId;
import dev.latchkey.gateway.testing.StoredForms;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Terminals that began to wait while an earlier version ran are let in by this one; {@link StoredForms} tells how files are
 * added.
 */
class StoredDeviceFormsTest {

    private static final DeviceRequest WAITING = new DeviceRequest(
            "stored-forms-device-id",
            "BCDF-GHJK",
            "b\u00e4ckup <b>",
            "2001:db8::1",
            List.of("wiki", "docs.v2"),
            1_795_000_000_123L,
            5,
            0,
            null,
            null);
    private static final Person PERSON =
            new Person(new PersonId("github", "583231"), "octocat", "Mona", "mona@example.com", true, null);
    private static final Map<String, DeviceRequest> FORMS = Map.of(
            "device-waiting.txt", WAITING,
            "device-asking.txt", WAITING.askedAgain(1_795_000_007_000L, 10),
            "device-allowed.txt", WAITING.decided(Decision.ALLOWED, PERSON),
            "device-denied.txt", WAITING.decided(Decision.DENIED, PERSON));

    @ParameterizedTest
    @MethodSource("dev.latchkey.gateway.testing.StoredForms#ofAllVersions")
    void areRead(StoredForms stored) {
        FORMS.forEach((name, request) -> assertThat(DeviceRequest.open(WAITING.id(), stored.bytes(name), stored.keys()))
                .as(name)
                .isEqualTo(request));
    }

    @Test
    @EnabledIfSystemProperty(named = StoredForms.WRITE, matches = "[0-9]+")
    void areWrittenForANewVersion() {
        StoredForms stored = StoredForms.toBeWritten();
        FORMS.forEach((name, request) -> stored.write(name, request.seal(stored.keys())));
    }
}
