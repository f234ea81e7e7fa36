package dev.latchkey.gateway.web;

/**
 * Asks whether an app may call GitHub in somebody's name.
 *
 * @param login in whose
 * @param client what the operator calls the app
 * @param destination the host that the browser goes back to
 * @param life for how long, in words
 * @param ask what the form brings back to be decided, and nobody else can make
 * @param ticket what shows that a person has this page open
 */
public record AppConsentPage(String login, String client, String destination, String life, String ask, String ticket) {

    public AppConsentPage {
        login = DisplayText.line(login);
        client = DisplayText.line(client);
        destination = DisplayText.line(destination);
    }
}
