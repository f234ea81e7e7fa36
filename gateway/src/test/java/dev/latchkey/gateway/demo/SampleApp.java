package dev.latchkey.gateway.demo;

import dev.latchkey.gateway.testing.EchoBackend;

/** The sample app alone, at port 3000, as {@code docker-compose.yml} runs it. */
public final class SampleApp {

    private static final int PORT = 3000;

    private SampleApp() {}

    public static void main(String[] args) throws InterruptedException {
        EchoBackend.serving(PORT);
        System.out.println("The sample app listens at " + PORT);
        Thread.currentThread().join();
    }
}
