package dev.latchkey.gateway.testing;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Does over HTTP what a person's browser does at the consent page. */
final class Consent {

    private final GitHubState state;

    Consent(GitHubState state) {
        this.state = state;
    }

    URI give(URI authorizeUri, String login) {
        return decide(authorizeUri, "decision=authorize&login=" + FormFields.encode(login));
    }

    URI refuse(URI authorizeUri) {
        return decide(authorizeUri, "decision=cancel");
    }

    private URI decide(URI authorizeUri, String form) {
        if (!authorizeUri.toString().startsWith(state.webUrl() + AuthorizeEndpoints.PATH + "?")) {
            throw new AssertionError("Not an authorization request to this GitHub: " + authorizeUri);
        }
        HttpResponse<String> asked = PlainHttp.send(HttpRequest.newBuilder(authorizeUri));
        if (asked.statusCode() == 302) {
            return location(asked);
        }
        if (asked.statusCode() != 200) {
            throw new AssertionError("GitHub refused the authorization request: " + asked.statusCode() + asked.body());
        }
        return location(PlainHttp.send(HttpRequest.newBuilder(authorizeUri)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))));
    }

    private static URI location(HttpResponse<String> response) {
        return response.headers()
                .firstValue("Location")
                .map(URI::create)
                .orElseThrow(() -> new AssertionError("No redirect: " + response.statusCode() + response.body()));
    }
}
