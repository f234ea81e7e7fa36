package dev.latchkey.gateway.testing;

import java.util.Map;
import java.util.Optional;

/** Where a device asks for a code, and where its person types it (RFC 8628). */
final class DeviceEndpoints implements Endpoints {

    private static final String ACTIVATION = "/login/device";

    private final GitHubState state;

    DeviceEndpoints(GitHubState state) {
        this.state = state;
    }

    @Override
    public void addTo(Routes routes) {
        routes.post("/login/device/code", this::begin);
        routes.get(ACTIVATION, call -> page(call, "Enter the code that your device shows."));
        routes.post(ACTIVATION, this::decide);
    }

    private Reply begin(Call call) {
        Optional<StubApp> app = state.app(call.form().get("client_id"));
        if (app.isEmpty()) {
            return Reply.json(404, Json.object("error", "Not Found"));
        }
        Map<String, Object> fields = app.get().offersDeviceFlow()
                ? codes(app.get(), call)
                : OAuthError.ofDevice("device_flow_disabled").fields();
        return call.accepts("application/json") ? Reply.json(200, fields) : Reply.form(fields);
    }

    private Map<String, Object> codes(StubApp app, Call call) {
        Devices.Device device =
                state.devices.begin(app, app.grantable(Scopes.parse(call.form().get("scope"))));
        return Json.object(
                "device_code",
                device.deviceCode,
                "user_code",
                device.userCode,
                "verification_uri",
                state.webUrl() + ACTIVATION,
                "expires_in",
                Devices.LIFE.toSeconds(),
                "interval",
                device.interval());
    }

    private Reply page(Call call, String message) {
        String userCode = Optional.ofNullable(call.queryParam("user_code")).orElse("");
        return Reply.html(200, AuthorizePage.device(userCode, state.people(), message));
    }

    private Reply decide(Call call) {
        Map<String, String> form = call.form();
        boolean allowed = "authorize".equals(form.get("decision"));
        boolean found = state.devices.decide(form.get("user_code"), state.person(form.get("login")), allowed);
        if (!found) {
            return page(call, "There is no device waiting with that code.");
        }
        String words = allowed ? "Your device is now connected." : "The device was turned away.";
        return Reply.html(200, AuthorizePage.message("All set", words));
    }
}
