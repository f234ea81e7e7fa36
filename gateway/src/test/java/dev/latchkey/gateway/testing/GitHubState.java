package dev.latchkey.gateway.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** Everything the stand-in knows. Routing is WireMock's; every decision is made from what stands here. */
final class GitHubState {

    private static final long FIRST_ACCOUNT = 1_001;

    final CallLog.Recorder calls = new CallLog.Recorder();
    final Faults faults = new Faults();
    final Secrets secrets = new Secrets();
    final Codes codes;
    final Tokens tokens;
    final Devices devices;
    final Quotas quotas;
    final Installations installations = new Installations(this);
    final Map<String, SecondaryLimits> secondaryLimits = new ConcurrentHashMap<>();

    private final Clock clock;
    private final Map<String, StubApp> apps = new ConcurrentHashMap<>();
    private final Map<String, StubOrg> orgs = new ConcurrentHashMap<>();
    private final List<StubPerson> people = new CopyOnWriteArrayList<>();
    private final Map<String, Long> numbers = new ConcurrentHashMap<>();
    private final AtomicLong lastNumber = new AtomicLong(FIRST_ACCOUNT);

    private StubActions actions;
    private volatile String webUrl = "";
    private volatile Duration clockSkew = Duration.ZERO;
    private volatile Duration replicaLag = Duration.ZERO;
    private volatile boolean incident;
    private volatile String signedIn;
    private volatile boolean consentRemembered;

    GitHubState(Clock clock) {
        this.clock = clock;
        this.codes = new Codes(clock, secrets);
        this.tokens = new Tokens(clock, secrets);
        this.devices = new Devices(clock, secrets, tokens);
        this.quotas = new Quotas(clock);
    }

    Instant now() {
        return clock.instant();
    }

    Clock clock() {
        return clock;
    }

    // Where it lives

    String webUrl() {
        return webUrl;
    }

    String apiUrl() {
        return webUrl + "/api/v3";
    }

    void webUrl(String url) {
        webUrl = url;
    }

    // Apps and people

    StubApp register(String clientId, String clientSecret) {
        StubApp app = new StubApp(clientId, clientSecret, secrets);
        apps.put(clientId, app);
        return app;
    }

    Optional<StubApp> app(String clientId) {
        return Optional.ofNullable(clientId).map(apps::get);
    }

    /** The person of that login, who comes into being when there is none. */
    synchronized StubPerson person(String login) {
        return find(login).orElseGet(() -> {
            StubPerson person = new StubPerson(lastNumber.getAndIncrement(), login);
            people.add(person);
            return person;
        });
    }

    Optional<StubPerson> find(String login) {
        return people.stream().filter(person -> person.login().equals(login)).findFirst();
    }

    Optional<StubPerson> ownerOf(StubToken token) {
        return people.stream()
                .filter(person -> person.account() == token.personId())
                .findFirst();
    }

    List<StubPerson> people() {
        return people;
    }

    StubOrg org(String login) {
        return orgs.computeIfAbsent(login, name -> new StubOrg(number("org:" + name), name));
    }

    /** A stable number for an organisation, a team, a repository, by its kind and name. */
    long number(String thing) {
        return numbers.computeIfAbsent(thing, key -> lastNumber.getAndIncrement());
    }

    /** Whose token that is or was, or null. */
    String loginOf(String token) {
        return Optional.ofNullable(token)
                .flatMap(tokens::known)
                .flatMap(this::ownerOf)
                .map(StubPerson::login)
                .orElse(null);
    }

    /** Made when first asked for, since its key takes its time. */
    synchronized StubActions actions() {
        if (actions == null) {
            actions = new StubActions(this);
        }
        return actions;
    }

    // Moods

    Instant answerDate() {
        return now().plus(clockSkew);
    }

    void clockSkew(Duration ahead) {
        clockSkew = ahead;
    }

    /** Whether the replica that answers has not heard of the token yet. */
    boolean isTooFreshForReplicas(StubToken token) {
        return now().isBefore(token.issuedAt().plus(replicaLag));
    }

    void replicaLag(Duration lag) {
        replicaLag = lag;
    }

    boolean inIncident() {
        return incident;
    }

    void incident(boolean on) {
        incident = on;
    }

    /** The person at the browser, if the stand-in knows. */
    Optional<StubPerson> signedIn() {
        return Optional.ofNullable(signedIn).map(this::person);
    }

    void signedIn(String login) {
        signedIn = login;
    }

    boolean consentRemembered() {
        return consentRemembered;
    }

    void consentRemembered(boolean remembered) {
        consentRemembered = remembered;
    }
}
