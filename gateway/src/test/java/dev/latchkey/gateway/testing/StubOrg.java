package dev.latchkey.gateway.testing;

/** An organisation at the stand-in. It exists as soon as somebody belongs to it; this is for those with rules of their own. */
public final class StubOrg {

    private final long id;
    private final String login;
    private volatile boolean restrictsOAuthApps;
    private volatile boolean enforcesSaml;
    private volatile boolean denied;

    StubOrg(long id, String login) {
        this.id = id;
        this.login = login;
    }

    /** Unseen by OAuth Apps until an owner approves them. */
    public StubOrg restrictsOAuthApps(boolean restricts) {
        restrictsOAuthApps = restricts;
        return this;
    }

    /** Left out of lists, which say so in {@code X-GitHub-SSO}, since the person has no SAML session. */
    public StubOrg enforcesSaml(boolean enforces) {
        enforcesSaml = enforces;
        return this;
    }

    /** Answers direct questions with 404 where it could say that SAML is in the way; GitHub does either. */
    public StubOrg deniesThatItExists() {
        denied = true;
        return this;
    }

    public long id() {
        return id;
    }

    public String login() {
        return login;
    }

    boolean isHiddenFrom(StubApp app) {
        return enforcesSaml || (restrictsOAuthApps && !app.isGitHubApp());
    }

    /** What a direct question about something of a hidden organisation gets. */
    Reply refusal(String webUrl) {
        if (denied) {
            return Reply.message(404, "Not Found");
        }
        if (enforcesSaml) {
            return Reply.message(
                            403,
                            "Resource protected by organization SAML enforcement. You must grant your OAuth token access"
                                    + " to this organization.")
                    .with(
                            "X-GitHub-SSO",
                            "required; url=" + webUrl + "/orgs/" + login + "/sso?authorization_request=A1");
        }
        return Reply.message(
                403,
                "Although you appear to have the correct authorization credentials, the `" + login
                        + "` organization has enabled OAuth App access restrictions, meaning that data access to"
                        + " third-parties is limited.");
    }

    boolean isEnforcingSaml() {
        return enforcesSaml;
    }
}
