package dev.latchkey.gateway.github.api;

import dev.latchkey.gateway.github.pace.Kind;
import java.time.Duration;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;

/**
 * A call to GitHub's API on somebody's behalf.
 *
 * @param app the id of the route it came by
 * @param headers what goes to GitHub, but for the credential
 * @param kind what GitHub counts it as
 * @param patience how long the caller waits for a limit of GitHub's to pass
 * @param validators what the caller has already, told once the credential is known
 */
public record ApiRequest(
        Principal principal,
        String app,
        HttpMethod method,
        Target target,
        HttpHeaders headers,
        RequestBody body,
        Kind kind,
        Duration patience,
        Validators validators) {

    /** True for a method without effect (RFC 9110, section 9.2.1). */
    public boolean isSafe() {
        return method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD) || method.equals(HttpMethod.OPTIONS);
    }

    public ApiRequest to(Target other) {
        return new ApiRequest(principal, app, method, other, headers, body, kind, patience, validators);
    }

    public ApiRequest withValidators(Validators others) {
        return new ApiRequest(principal, app, method, target, headers, body, kind, patience, others);
    }

    public ApiRequest withHeaders(HttpHeaders others) {
        return new ApiRequest(principal, app, method, target, others, body, kind, patience, validators);
    }
}
