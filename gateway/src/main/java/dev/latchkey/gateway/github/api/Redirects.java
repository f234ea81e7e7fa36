package dev.latchkey.gateway.github.api;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import reactor.core.publisher.Mono;

/**
 * Follows GitHub where it leads within its own API, as it does after a repository was renamed: a 301 of what only reads, a
 * 307 or 308 of anything that can be sent again, with the same method and body. Whatever leads elsewhere is the client's to
 * follow, without a credential.
 */
public final class Redirects implements Calls {

    private static final int MOST = 3;
    private static final Set<Integer> READING = Set.of(301, 302, 307, 308);
    private static final Set<Integer> ANYTHING = Set.of(307, 308);

    private final Addresses addresses;
    private final Calls next;

    public Redirects(Addresses addresses, Calls next) {
        this.addresses = addresses;
        this.next = next;
    }

    @Override
    public Mono<ApiAnswer> call(ApiRequest request) {
        return next.call(request).flatMap(answer -> followed(request, answer, MOST));
    }

    private Mono<ApiAnswer> followed(ApiRequest request, ApiAnswer answer, int more) {
        Target target = more == 0 ? null : targetOf(request, answer);
        if (target == null) {
            return Mono.just(answer);
        }
        ApiRequest again = request.to(target);
        return answer.released()
                .then(Mono.defer(() -> next.call(again)))
                .flatMap(other -> followed(again, other, more - 1))
                .map(ApiAnswer::afterRedirect);
    }

    private @Nullable Target targetOf(ApiRequest request, ApiAnswer answer) {
        HttpMethod method = request.method();
        boolean reading = method.equals(HttpMethod.GET) || method.equals(HttpMethod.HEAD);
        boolean meant = (reading ? READING : ANYTHING).contains(answer.status());
        String location = answer.headers().getFirst(HttpHeaders.LOCATION);
        if (!meant
                || location == null
                || !request.target().isRest()
                || !request.body().isRepeatable()) {
            return null;
        }
        return addresses.restTarget(location);
    }
}
