package dev.latchkey.gateway.testing;

import java.util.Map;

/** A refusal of the token endpoint, which GitHub sends with status 200. */
final class OAuthError extends RuntimeException {

    private static final String HELP =
            "/apps/managing-oauth-apps/troubleshooting-oauth-app-access-token-request-errors/#";

    private final String code;
    private final Integer interval;

    private OAuthError(String code, String description) {
        this(code, description, null);
    }

    private OAuthError(String code, String description, Integer interval) {
        super(description, null, false, false);
        this.code = code;
        this.interval = interval;
    }

    static OAuthError badVerificationCode() {
        return new OAuthError("bad_verification_code", "The code passed is incorrect or expired.");
    }

    static OAuthError incorrectClientCredentials() {
        return new OAuthError(
                "incorrect_client_credentials", "The client_id and/or client_secret passed are incorrect.");
    }

    static OAuthError redirectUriMismatch() {
        return new OAuthError(
                "redirect_uri_mismatch",
                "The redirect_uri MUST match the registered callback URL for this application.");
    }

    static OAuthError unverifiedUserEmail() {
        return new OAuthError("unverified_user_email", "The user must have a verified primary email.");
    }

    static OAuthError badRefreshToken() {
        return new OAuthError("bad_refresh_token", "The refresh token passed is incorrect or expired.");
    }

    static OAuthError unsupportedGrantType() {
        return new OAuthError("unsupported_grant_type", "The grant type is not supported.");
    }

    static OAuthError tooManyTokens() {
        return new OAuthError(
                "access_denied", "Too many tokens were created for this user, application and scope within the hour.");
    }

    static OAuthError ofDevice(String code) {
        return new OAuthError(code, "Device flow: " + code.replace('_', ' ') + ".");
    }

    /** Tells the device the seconds it must now leave between polls. */
    static OAuthError slowDown(int interval) {
        return new OAuthError("slow_down", "Too many requests have been made in the same timeframe.", interval);
    }

    Map<String, Object> fields() {
        Map<String, Object> fields = Json.object(
                "error", code, "error_description", getMessage(), "error_uri", HELP + code.replace('_', '-'));
        if (interval != null) {
            fields.put("interval", interval);
        }
        return fields;
    }
}
