package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.DecoderResult;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.DefaultHttpResponse;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LingeringCloseTest {

    private final Line line = new Line();

    @AfterEach
    void end() {
        line.finishAndReleaseAll();
    }

    @Test
    void closesAtOnceWhatWasReadWhole() {
        line.writeInbound(upload(), part(), LastHttpContent.EMPTY_LAST_CONTENT);
        answer();
        line.pipeline().close();
        assertThat(line.isOpen()).isFalse();
        assertThat(line.outputShut).isFalse();
    }

    @Test
    void closesAtOnceWhatWasNeverAnswered() {
        line.writeInbound(upload(), part());
        line.pipeline().close();
        assertThat(line.isOpen()).isFalse();
    }

    @Test
    void closesAtOnceWhatBreaksOffInTheMiddleOfItsAnswer() {
        line.writeInbound(upload(), part());
        line.writeOutbound(head(HttpResponseStatus.OK), part());
        line.pipeline().close();
        assertThat(line.isOpen()).isFalse();
    }

    @Test
    void takesWhatIsSaidBeforeTheAnswerForNoAnswer() {
        line.writeInbound(upload(), part());
        line.writeOutbound(head(HttpResponseStatus.CONTINUE));
        line.pipeline().close();
        assertThat(line.isOpen()).isFalse();
    }

    @Test
    void resetsAtOnceWhereThatIsAskedFor() {
        line.writeInbound(upload(), part());
        answer();
        line.lingerSeconds = 0;
        line.pipeline().close();
        assertThat(line.isOpen()).isFalse();
    }

    @Test
    void endsItsOwnSideAndListensUntilTheRequestIsOver() {
        line.writeInbound(upload(), part());
        answer();
        line.releaseInbound();
        ChannelFuture closed = line.pipeline().close();
        assertThat(line.outputShut).isTrue();
        assertThat(closed.isDone()).isFalse();

        DefaultHttpContent late = part();
        line.writeInbound(late);
        assertThat(late.refCnt()).isZero();
        assertThat(line.inboundMessages()).isEmpty();
        assertThat(line.isOpen()).isTrue();

        line.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(line.isOpen()).isFalse();
        assertThat(closed.isSuccess()).isTrue();
    }

    @Test
    void tellsEverybodyWhoClosesWhenItIsClosed() {
        line.writeInbound(upload(), part());
        answer();
        line.pipeline().close();
        ChannelFuture second = line.pipeline().close();
        assertThat(second.isDone()).isFalse();
        line.writeInbound(LastHttpContent.EMPTY_LAST_CONTENT);
        assertThat(second.isSuccess()).isTrue();
    }

    @Test
    void doesNotWaitForAClientThatHasStoppedSending() {
        line.writeInbound(upload(), part());
        answer();
        line.pipeline().close();
        pass(LingeringClose.SILENCE.minusMillis(1));
        assertThat(line.isOpen()).isTrue();
        line.writeInbound(part());
        pass(LingeringClose.SILENCE.minusMillis(1));
        assertThat(line.isOpen()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(line.isOpen()).isFalse();
    }

    @Test
    void doesNotListenForEverToAClientThatGoesOnSending() {
        line.writeInbound(upload(), part());
        answer();
        line.pipeline().close();
        for (long second = 1; second < LingeringClose.LONGEST.toSeconds(); second++) {
            pass(Duration.ofSeconds(1));
            line.writeInbound(part());
            assertThat(line.isOpen()).isTrue();
        }
        pass(Duration.ofSeconds(1));
        assertThat(line.isOpen()).isFalse();
    }

    @Test
    void listensWhereNobodyKnowsWhereTheRequestEnds() {
        HttpRequest broken = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, "/bad-request");
        broken.setDecoderResult(DecoderResult.failure(new IllegalArgumentException()));
        line.writeInbound(broken);
        answer();
        line.pipeline().close();
        assertThat(line.outputShut).isTrue();
        assertThat(line.isOpen()).isTrue();
        pass(LingeringClose.SILENCE.minusMillis(1));
        line.pipeline().fireChannelReadComplete();
        pass(LingeringClose.SILENCE.minusMillis(1));
        assertThat(line.isOpen()).isTrue();
        pass(Duration.ofMillis(1));
        assertThat(line.isOpen()).isFalse();
    }

    private static HttpRequest upload() {
        return new DefaultHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.POST, "/");
    }

    private static DefaultHttpContent part() {
        return new DefaultHttpContent(Unpooled.buffer().writeZero(10));
    }

    private static DefaultHttpResponse head(HttpResponseStatus status) {
        return new DefaultHttpResponse(HttpVersion.HTTP_1_1, status);
    }

    private void answer() {
        line.writeOutbound(head(HttpResponseStatus.REQUEST_ENTITY_TOO_LARGE), LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private void pass(Duration time) {
        line.advanceTimeBy(time.toMillis(), TimeUnit.MILLISECONDS);
        line.runScheduledPendingTasks();
    }

    /** A connection with two sides and a clock that stands. */
    private static final class Line extends EmbeddedChannel implements DuplexChannel {

        private boolean outputShut;
        private int lingerSeconds = -1;
        private final ChannelConfig config = new DefaultChannelConfig(this) {
            @Override
            @SuppressWarnings("unchecked")
            public <T> T getOption(ChannelOption<T> option) {
                return option == ChannelOption.SO_LINGER ? (T) Integer.valueOf(lingerSeconds) : super.getOption(option);
            }
        };

        Line() {
            freezeTime();
            pipeline().addLast(new LingeringClose());
        }

        @Override
        public ChannelConfig config() {
            return config == null ? super.config() : config;
        }

        @Override
        public boolean isInputShutdown() {
            return false;
        }

        @Override
        public boolean isOutputShutdown() {
            return outputShut;
        }

        @Override
        public boolean isShutdown() {
            return false;
        }

        @Override
        public ChannelFuture shutdownOutput() {
            return shutdownOutput(newPromise());
        }

        @Override
        public ChannelFuture shutdownOutput(ChannelPromise promise) {
            outputShut = true;
            return promise.setSuccess();
        }

        @Override
        public ChannelFuture shutdownInput() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChannelFuture shutdownInput(ChannelPromise promise) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChannelFuture shutdown() {
            throw new UnsupportedOperationException();
        }

        @Override
        public ChannelFuture shutdown(ChannelPromise promise) {
            throw new UnsupportedOperationException();
        }
    }
}
