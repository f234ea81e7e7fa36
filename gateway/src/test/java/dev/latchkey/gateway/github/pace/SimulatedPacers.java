package dev.latchkey.gateway.github.pace;

import dev.latchkey.gateway.store.Store;
import java.util.Random;

/** Pacers as they ship, with their defaults, for nodes in simulated time. */
public final class SimulatedPacers {

    private SimulatedPacers() {}

    public static Pacer node(SimulatedTime time, Store store) {
        SharedPacer pacer = new SharedPacer(
                World.defaults(), store, time.clock(0), time.scheduler(), time.scheduler(), new Random(1), event -> {});
        pacer.start();
        return pacer;
    }
}
