package dev.latchkey.gateway.link;

import java.time.Duration;
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
        Mono<Void> round = Mono.defer(links::work).then(Mono.defer(hook::work)).onErrorResume(e -> {
            LOG.debug("Nobody can look for links that end: {}", e.toString());
            return Mono.empty();
        });
        work = Mono.delay(LOOK).then(round).repeat().subscribe();
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
