package dev.latchkey.gateway.web;

import java.time.Instant;

/**
 * Asks whether a terminal may call apps in somebody's name.
 *
 * @param login in whose
 * @param client what the program calls itself, which nobody has verified
 * @param address where it asked from
 * @param routes what it is to be let into, in words
 * @param askedAt when it asked
 * @param life for how long it is to be let in, in words
 * @param ticket what the form carries
 */
public record DeviceConsentPage(
        String login,
        String userCode,
        String client,
        String address,
        String routes,
        Instant askedAt,
        String life,
        String ticket) {

    public DeviceConsentPage {
        login = DisplayText.line(login);
        client = DisplayText.line(client);
        address = DisplayText.line(address);
        routes = DisplayText.sentence(routes);
    }

    PageTime asked() {
        return PageTime.of(askedAt);
    }
}
