package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;

/** The sample app's one page: shows who the gateway says is there. */
final class SamplePage {

    private static final Pattern IDENTITY = Pattern.compile(
            "x-forwarded-.*|x-auth-request-.*|remote-.*|x-pomerium-.*|x-goog-.*|cf-access-.*|x-request-id");
    private static final Pattern JWT = Pattern.compile("eyJ[\\w-]+\\.([\\w-]+)\\.[\\w-]+");

    private SamplePage() {}

    static String showing(EchoBackend.Received request) {
        String login = Optional.ofNullable(request.header("X-Forwarded-Preferred-Username"))
                .or(() -> Optional.ofNullable(request.header("X-Forwarded-User")))
                .orElse("stranger");
        return Html.page("Sample app", "", """
                <div class="card">
                <h1>Sample app</h1>
                <p>Hello, <strong id="login">%s</strong>. This app knows nothing about signing in: all it has is what the gateway
                sent along with your request.</p>
                <p><a href="/oauth2/account">Your account</a> &middot; <a href="/oauth2/sign_out">Sign out</a></p>
                <h2>Identity headers</h2>
                %s
                <h2>Claims of the identity JWT</h2>
                %s
                </div>
                """.formatted(
                        Html.text(login), headers(request.headers()), claims(request.headers())));
    }

    private static String headers(List<Header> headers) {
        String rows = headers.stream()
                .filter(header ->
                        IDENTITY.matcher(header.name().toLowerCase(Locale.ROOT)).matches())
                .map(header ->
                        "<tr><th>%s</th><td>%s</td></tr>".formatted(Html.text(header.name()), Html.text(shown(header))))
                .collect(Collectors.joining("\n"));
        return rows.isEmpty() ? "<p class=\"soft\">None.</p>" : "<table id=\"headers\">" + rows + "</table>";
    }

    /** A provider's token belongs on no screen; its presence is what matters. */
    private static String shown(Header header) {
        boolean token = header.name().toLowerCase(Locale.ROOT).endsWith("access-token");
        return token ? "present, " + header.value().length() + " characters" : header.value();
    }

    private static String claims(List<Header> headers) {
        return headers.stream()
                .map(header -> JWT.matcher(header.value()))
                .filter(Matcher::find)
                .findFirst()
                .map(jwt -> "<pre id=\"claims\">" + Html.text(pretty(jwt.group(1))) + "</pre>")
                .orElse("<p class=\"soft\">No JWT came along.</p>");
    }

    private static String pretty(String part) {
        try {
            return Json.pretty(Json.read(new String(Base64.getUrlDecoder().decode(part), UTF_8)));
        } catch (JacksonException | IllegalArgumentException e) {
            return part;
        }
    }
}
