package dev.latchkey.gateway.forward;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;

/** Two ends of one conversation: what one says the other hears, and when one hangs up the other does. */
final class SocketPair {

    private static final CloseStatus SILENT = new CloseStatus(4408, "Nothing was said for too long");

    private final WebSocketSession browser;
    private final WebSocketSession app;
    private final @Nullable Duration idle;
    private final Scheduler timer;
    private volatile long lastSaid = System.nanoTime();

    /** @param idle the longest silence of both, or null */
    SocketPair(WebSocketSession browser, WebSocketSession app, @Nullable Duration idle, Scheduler timer) {
        this.browser = browser;
        this.app = app;
        this.idle = idle;
        this.timer = timer;
    }

    Mono<Void> carry() {
        Mono<Void> conversation =
                Mono.zip(said(browser, app), said(app, browser)).then();
        Mono<Void> whole = idle == null ? conversation : Mono.firstWithSignal(conversation, silence(idle));
        // Apart from what is said: it is passed on while the last of that is still under way.
        return whole.doOnSubscribe(begun ->
                Mono.when(hangUp(browser, app), hangUp(app, browser)).subscribe(done -> {}, alreadyGone -> {}));
    }

    private Mono<Void> said(WebSocketSession from, WebSocketSession to) {
        Flux<WebSocketMessage> messages = from.receive().doOnNext(WebSocketMessage::retain);
        return to.send(idle == null ? messages : messages.doOnNext(message -> lastSaid = System.nanoTime()));
    }

    private Mono<Void> silence(Duration longest) {
        return Mono.defer(() -> {
            long left = longest.toNanos() - (System.nanoTime() - lastSaid);
            return left <= 0
                    ? browser.close(SILENT).then(app.close(SILENT))
                    : Mono.delay(Duration.ofNanos(left), timer).then(silence(longest));
        });
    }

    private static Mono<Void> hangUp(WebSocketSession from, WebSocketSession to) {
        return from.closeStatus()
                .filter(status -> to.isOpen())
                .map(SocketPair::sendable)
                .flatMap(to::close);
    }

    /** Some statuses are only for one's own log (RFC 6455, section 7.4.1, and what has been registered since). */
    private static CloseStatus sendable(CloseStatus status) {
        int code = status.getCode();
        boolean own = code >= 3000 && code < 5000;
        boolean standard = (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
        if (own || standard) {
            return status;
        }
        return code == CloseStatus.NO_STATUS_CODE.getCode() ? CloseStatus.NORMAL : CloseStatus.PROTOCOL_ERROR;
    }
}
