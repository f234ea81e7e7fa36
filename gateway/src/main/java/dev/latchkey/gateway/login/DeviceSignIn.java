package dev.latchkey.gateway.login;

import dev.latchkey.gateway.keys.Secret;
import dev.latchkey.gateway.provider.DeviceFlow;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.provider.ProviderToken;
import dev.latchkey.gateway.session.KnownPeople;
import dev.latchkey.gateway.session.Person;
import dev.latchkey.gateway.session.Sessions;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.watch.Audit;
import dev.latchkey.gateway.watch.AuditEvent;
import dev.latchkey.gateway.watch.AuditEvent.Action;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Signs a person in who types a code at GitHub instead of coming by with a browser. No session comes of it: GitHub's token
 * goes into the vault, and what the terminal is given is somebody else's decision.
 */
public final class DeviceSignIn {

    private final DeviceFlow flow;
    private final GitHub gitHub;
    private final GitHubProfile profiles;
    private final TokenVault vault;
    private final ApiTokens apiTokens;
    private final Sessions sessions;
    private final KnownPeople people;
    private final Clock clock;
    private final Audit audit;

    DeviceSignIn(
            DeviceFlow flow,
            GitHub gitHub,
            GitHubProfile profiles,
            TokenVault vault,
            ApiTokens apiTokens,
            Sessions sessions,
            KnownPeople people,
            Clock clock,
            Audit audit) {
        this.flow = flow;
        this.gitHub = gitHub;
        this.profiles = profiles;
        this.vault = vault;
        this.apiTokens = apiTokens;
        this.sessions = sessions;
        this.people = people;
        this.clock = clock;
        this.audit = audit;
    }

    /** What became of a person's sign-in, as GitHub says it now. */
    public sealed interface Progress {

        record Pending() implements Progress {}

        /** @param interval how long to wait from now on, or null if GitHub does not say */
        record SlowDown(@Nullable Duration interval) implements Progress {}

        record Expired() implements Progress {}

        record Denied() implements Progress {}

        /** @param scopes what GitHub granted */
        record SignedIn(Person person, Set<String> scopes) implements Progress {}
    }

    /** How long a question may take. */
    public Duration longestCall() {
        return gitHub.tokenTimeout();
    }

    /** Codes of GitHub's; fails with {@link dev.latchkey.gateway.provider.TokenRefused}. */
    public Mono<DeviceFlow.Codes> begin() {
        return flow.begin();
    }

    /**
     * Asks GitHub once.
     *
     * @param life for how long GitHub's token is kept at least
     * @return fails with {@link dev.latchkey.gateway.provider.TokenRefused}, or as reading a profile does
     */
    public Mono<Progress> ask(Secret deviceCode, Duration life) {
        return flow.ask(deviceCode).flatMap(answer -> progress(answer, life));
    }

    private Mono<Progress> progress(DeviceFlow.Answer answer, Duration life) {
        if (answer instanceof DeviceFlow.Answer.Granted granted) {
            return signedIn(granted.token(), clock.instant().plus(life));
        }
        if (answer instanceof DeviceFlow.Answer.SlowDown slower) {
            return Mono.just(new Progress.SlowDown(slower.interval()));
        }
        if (answer instanceof DeviceFlow.Answer.Denied) {
            audit.tell(AuditEvent.failure(Action.SIGN_IN, "sign-in.declined").with("flow", "device"));
            return Mono.just(new Progress.Denied());
        }
        return Mono.just(answer instanceof DeviceFlow.Answer.Pending ? new Progress.Pending() : new Progress.Expired());
    }

    private Mono<Progress> signedIn(ProviderToken token, Instant end) {
        return profiles.read(gitHub.registration(), token)
                .doOnError(unread -> vault.giveBack(GitHub.ID, token))
                .flatMap(person -> keep(person, token, end)
                        .doOnSuccess(kept -> audit.tell(signedIn(person, token)))
                        .thenReturn(new Progress.SignedIn(person, token.scopes())));
    }

    private static AuditEvent signedIn(Person person, ProviderToken token) {
        return AuditEvent.success(Action.SIGN_IN)
                .of(person.id().toString())
                .with("login", person.login())
                .with("flow", "device")
                .withToken(token.accessToken().reveal());
    }

    /** It takes the place of the token that sessions and API tokens live by, so it has to last as long as they do. */
    private Mono<Void> keep(Person person, ProviderToken token, Instant end) {
        return vault.keep(person.id(), token, end)
                .then(Mono.defer(() -> apiTokens.signedIn(person)))
                .then(Mono.defer(() -> people.signedIn(person, end)))
                .then(Mono.defer(() -> sessions.list(person.id())
                        .map(sessions::endOf)
                        .filter(other -> other.isAfter(end))
                        .reduce((one, other) -> one.isAfter(other) ? one : other)
                        .flatMap(latest -> vault.keepUntil(person.id(), latest))));
    }
}
