package dev.latchkey.gateway.journey;

import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.ProgramTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The contract with HAProxy, as {@code routes/proxies/haproxy.cfg} sets it up. */
@ProgramTest("haproxy")
class HaproxyTest extends ProxyContract {

    @Override
    Program start(Path folder, int freePort) throws IOException {
        Files.writeString(folder.resolve("latchkey.lua"), configuration("latchkey.lua"));
        Files.writeString(
                folder.resolve("haproxy.cfg"),
                configuration("haproxy.cfg")
                        .replace("/etc/haproxy/latchkey.lua", "latchkey.lua")
                        .replace("bind :80", "bind 127.0.0.1:" + freePort));
        return Program.start(folder, freePort, "haproxy", "-f", "haproxy.cfg");
    }
}
