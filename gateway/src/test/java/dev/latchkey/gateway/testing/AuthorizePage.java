package dev.latchkey.gateway.testing;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The page that asks for consent, and its plain relations. */
final class AuthorizePage {

    private static final String NOTE =
            "<p class=\"note\">This is a <strong>stand-in for GitHub</strong>, made for tests and demos. No password is asked, and"
                    + " nothing leaves this machine.</p>";

    // Shown by GitHub once an app has asked ten times within the hour.
    private static final String REAUTHORIZE =
            "<p><strong>Reauthorization required.</strong> This application has made an unusually high number of requests to"
                    + " access your account.</p>";

    private AuthorizePage() {}

    /**
     * @param action where the form goes, with the query of the authorization request
     * @param known who sits at the browser, if that is known
     * @param people those to choose from when it is not
     * @param warned whether this app has already asked for many tokens within the hour
     */
    static String consent(
            StubApp app,
            String action,
            Optional<StubPerson> known,
            List<StubPerson> people,
            Set<String> scopes,
            boolean warned) {
        String title = "Authorize " + app.name();
        return Html.page(title, "narrow", """
                %s
                <div class="card">
                <h1>%s</h1>
                %s
                <p>%s</p>
                <form method="post" action="%s">
                %s
                <div class="actions">
                <button type="submit" name="decision" value="cancel">Cancel</button>
                <button class="go" type="submit" name="decision" value="authorize">Authorize</button>
                </div>
                </form>
                </div>
                """.formatted(
                        NOTE,
                        Html.text(title),
                        warned ? REAUTHORIZE : "",
                        wish(app, scopes),
                        Html.text(action),
                        known.map(AuthorizePage::named).orElseGet(() -> choice(people))));
    }

    /** Where a person types the code that a device shows. */
    static String device(String userCode, List<StubPerson> people, String message) {
        return Html.page("Device activation", "narrow", """
                %s
                <div class="card">
                <h1>Device activation</h1>
                <p>%s</p>
                <form method="post" action="/login/device">
                <label for="user_code">Code shown on the device</label>
                <input id="user_code" name="user_code" value="%s" autocomplete="off" required>
                <p></p>
                %s
                <div class="actions">
                <button type="submit" name="decision" value="cancel">Cancel</button>
                <button class="go" type="submit" name="decision" value="authorize">Authorize</button>
                </div>
                </form>
                </div>
                """.formatted(
                        NOTE, Html.text(message), Html.text(userCode), choice(people)));
    }

    static String message(String title, String words) {
        return Html.page(
                title,
                "narrow",
                "%s<div class=\"card\"><h1>%s</h1><p>%s</p></div>".formatted(NOTE, Html.text(title), Html.text(words)));
    }

    private static String wish(StubApp app, Set<String> scopes) {
        String who = "<strong>" + Html.text(app.name()) + "</strong>";
        if (scopes.isEmpty()) {
            return who + " would like to know who you are.";
        }
        return scopes.stream()
                .map(scope -> "<code>" + Html.text(scope) + "</code>")
                .collect(Collectors.joining(", ", who + " would like access to your account: ", "."));
    }

    private static String named(StubPerson person) {
        String login = Html.text(person.login());
        return "<p>Signed in as <strong>%s</strong>.</p><input type=\"hidden\" name=\"login\" value=\"%s\">"
                .formatted(login, login);
    }

    private static String choice(List<StubPerson> people) {
        return people.stream()
                .map(AuthorizePage::option)
                .collect(Collectors.joining(
                        "",
                        "<label for=\"login\">Continue as</label><select id=\"login\" name=\"login\">",
                        "</select>"));
    }

    private static String option(StubPerson person) {
        return "<option value=\"%s\">%s (%s)</option>"
                .formatted(Html.text(person.login()), Html.text(person.login()), Html.text(person.name()));
    }
}
