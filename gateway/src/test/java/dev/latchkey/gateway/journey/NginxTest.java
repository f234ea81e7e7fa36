package dev.latchkey.gateway.journey;

import dev.latchkey.gateway.testing.Program;
import dev.latchkey.gateway.testing.ProgramTest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The contract with nginx, as {@code routes/proxies/nginx.conf} sets it up. */
@ProgramTest("nginx")
class NginxTest extends ProxyContract {

    @Override
    Program start(Path folder, int freePort) throws IOException {
        String temporary = "http {\n    access_log off;\n";
        for (String kind : new String[] {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
            temporary += "    " + kind + "_temp_path " + folder.resolve(kind) + ";\n";
        }
        Path file = folder.resolve("nginx.conf");
        Files.writeString(
                file,
                configuration("nginx.conf")
                        .replace("http {\n", temporary)
                        .replace("listen 80;", "listen 127.0.0.1:" + freePort + ";"));
        String settings = "daemon off; master_process off; pid " + folder.resolve("nginx.pid") + ";";
        return Program.start(
                folder,
                freePort,
                "nginx",
                "-e",
                "stderr",
                "-p",
                folder.toString(),
                "-c",
                file.toString(),
                "-g",
                settings);
    }
}
