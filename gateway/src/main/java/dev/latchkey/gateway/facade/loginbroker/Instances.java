package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import dev.latchkey.gateway.route.Permit;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.web.server.ServerWebExchange;
import tools.jackson.databind.JsonNode;

/**
 * Which instance asks. One must not redeem what was made for another: whoever runs it could sign in there as anybody who has
 * ever signed in here. A route can be one instance's own; where there is but one it is that; any other has to say who it is.
 */
final class Instances {

    private final Map<String, String> byRoute;
    private final ReturnTargets targets;

    Instances(Map<String, String> byRoute, ReturnTargets targets) {
        this.byRoute = Map.copyOf(byRoute);
        this.targets = targets;
    }

    /** The origin of the only instance that this route serves, or null if it serves all. */
    @Nullable
    String ofRoute(Permit permit) {
        return byRoute.get(permit.route().id());
    }

    boolean isServed(String origin, Permit permit) {
        String own = ofRoute(permit);
        return own == null || own.equals(origin);
    }

    /**
     * The origin of the instance that redeems something.
     *
     * @throws Problem {@code service-token.refused} if it is not known, or said to be two
     */
    String asking(Permit permit, ServerWebExchange exchange, JsonNode body) {
        String page = exchange.getRequest().getHeaders().getOrigin();
        JsonNode address = body.path("redirect_uri");
        String said =
                address.isString() ? ReturnTargets.originOf(address.asString()).orElse("") : null;
        String stated = said == null ? page : said;
        String known = ofRoute(permit) == null ? targets.onlyOrigin() : ofRoute(permit);
        boolean twoThings = page != null && !page.equals(stated);
        if (twoThings || (known != null && stated != null && !known.equals(stated))) {
            // Nobody's, so that whatever it brings is spent and refused.
            return "";
        }
        String client = stated == null ? known : stated;
        if (client == null) {
            throw Problem.of(
                    ProblemCode.SERVICE_TOKEN_REFUSED,
                    "Say by redirect_uri which instance asks, or use a route of its own");
        }
        return client;
    }
}
