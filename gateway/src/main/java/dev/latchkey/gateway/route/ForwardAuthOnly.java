package dev.latchkey.gateway.route;

/** {@code to: builtin:forward-auth}: a proxy in front reaches the app itself, and only asks here who may pass. */
final class ForwardAuthOnly implements BuiltIn {

    static final String NAME = "forward-auth";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean tellsAnApp() {
        return true;
    }
}
