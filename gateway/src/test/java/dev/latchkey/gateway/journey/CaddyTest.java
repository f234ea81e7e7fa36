package dev.latchkey.gateway.journey;

import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.ProgramTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The contract with Caddy, as {@code routes/proxies/Caddyfile} sets it up. */
@ProgramTest("caddy")
class CaddyTest extends ProxyContract {

    @Override
    Program start(Path folder, int freePort) throws IOException {
        Files.writeString(
                folder.resolve("Caddyfile"),
                "{\n\tadmin off\n\tauto_https off\n}\n"
                        + configuration("Caddyfile")
                                .replace("\nwiki.example.com {", "\nhttp://wiki.example.com:" + freePort + " {"));
        return Program.start(folder, freePort, "caddy", "run", "--config", "Caddyfile", "--adapter", "caddyfile");
    }
}
