package dev.latchkey.gateway.forward;

import io.netty.channel.EventLoop;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Finds the few requests that last among the many that are over in a moment. Each costs a place in a list of its event loop,
 * which nobody else touches; once a second whatever is still under way after a whole second is told so, and the rest forgotten.
 */
final class Lasting {

    private static final long GENERATION_SECONDS = 1;

    /** Something that may last. */
    interface UnderWay {

        /** Called on the loop, once, after one to two seconds; also where it has been over for long. */
        void lasts();
    }

    private final FastThreadLocal<Generations> ofThisLoop = new FastThreadLocal<>() {
        @Override
        protected Generations initialValue() {
            return new Generations();
        }
    };

    /** To be called on the loop. */
    void begin(UnderWay request, EventLoop loop) {
        ofThisLoop.get().add(request, loop);
    }

    private static final class Generations {

        private List<UnderWay> old = List.of();
        private List<UnderWay> young = new ArrayList<>();
        private boolean looking;

        void add(UnderWay request, EventLoop loop) {
            young.add(request);
            if (!looking) {
                looking = true;
                lookLater(loop);
            }
        }

        private void lookLater(EventLoop loop) {
            loop.schedule(() -> look(loop), GENERATION_SECONDS, TimeUnit.SECONDS);
        }

        private void look(EventLoop loop) {
            List<UnderWay> lasting = old;
            old = young;
            young = new ArrayList<>();
            looking = !old.isEmpty();
            if (looking) {
                lookLater(loop);
            }
            lasting.forEach(UnderWay::lasts);
        }
    }
}
