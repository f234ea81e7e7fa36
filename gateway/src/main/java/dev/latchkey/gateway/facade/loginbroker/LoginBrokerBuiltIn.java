package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.route.BuiltIn;
import dev.latchkey.gateway.web.ErrorDialect;
import java.util.List;

/** {@code to: builtin:login-broker}. */
final class LoginBrokerBuiltIn implements BuiltIn {

    static final String NAME = "login-broker";
    static final String START = "/auth/github";
    static final String CALLBACK = "/auth/github/callback";
    static final String ME = "/api/v1/user/me";
    static final String REDEEM = "/api/v1/auth/oauth/callback";
    static final String REDEEM_TOO = "/api/v1/auth/control/callback";
    static final String LOGOUT = "/api/v1/auth/logout";
    static final String GITHUB = "/api/v1/github";
    static final String HEALTH = "/health";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public List<String> paths() {
        return List.of(START + "/**", ME, REDEEM, REDEEM_TOO, LOGOUT, GITHUB + "/**", HEALTH);
    }

    @Override
    public ErrorDialect errors() {
        return ErrorDialect.ERROR;
    }
}
