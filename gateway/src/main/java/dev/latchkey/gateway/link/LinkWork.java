package dev.latchkey.gateway.link;

import java.time.Duration;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import reactor.core.Disposable;
import reactor.core.Disposables;
import reactor.core.publisher.Mono;

/** Does what falls due beside the requests: ends of links, and messages to the chat. */
final class LinkWork implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(LinkWork.class);
    private static final Duration LOOK = Duration.ofMillis(500);

    private final AccountLinks links;
    private final LinkHook hook;
    private volatile Disposable work = Disposables.disposed();

    LinkWork(AccountLinks links, LinkHook hook) {
        this.links = links;
        this.hook = hook;
    }

    @Override
    public void start() {
        // Side by side: a chat that does not answer holds up no end.
        work = Disposables.composite(repeated(links::work), repeated(hook::work));
    }

    private static Disposable repeated(Supplier<Mono<Void>> round) {
        Mono<Void> careful = Mono.defer(round).onErrorResume(e -> {
            LOG.debug("What is due for links cannot be looked for: {}", e.toString());
            return Mono.empty();
        });
        return Mono.delay(LOOK).then(careful).repeat().subscribe();
    }

    @Override
    public void stop() {
        work.dispose();
    }

    @Override
    public boolean isRunning() {
        return !work.isDisposed();
    }

    /** Before the connection to the store is closed. */
    @Override
    public int getPhase() {
        return 1000;
    }
}
