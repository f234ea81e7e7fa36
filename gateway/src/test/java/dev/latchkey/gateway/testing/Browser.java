package dev.latchkey.gateway.testing;

import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * A person's browser: its own cookies and history in a Chromium that all tests of one JVM share. Playwright wants to be used
 * from one thread, so tests with a browser do not run in parallel. Classes that open one are marked {@link BrowserTest}.
 */
public final class Browser implements AutoCloseable {

    private static final List<String> WELL_KNOWN = List.of(
            "/usr/bin/chromium",
            "/usr/bin/chromium-browser",
            "/usr/bin/google-chrome",
            "/usr/bin/google-chrome-stable",
            "/Applications/Chromium.app/Contents/MacOS/Chromium",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome");
    private static final List<String> QUIET = List.of(
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync");
    private static final double PATIENCE_MILLIS = 60_000;

    private final BrowserContext context;
    private final Page page;

    private Browser(com.microsoft.playwright.Browser.NewContextOptions options) {
        context = Shared.chromium().newContext(options);
        context.setDefaultTimeout(PATIENCE_MILLIS);
        page = context.newPage();
    }

    /** A fresh profile with one empty page. */
    public static Browser open() {
        return open(options -> {});
    }

    /** A fresh profile of that size, language, colour scheme and so on. */
    public static Browser open(Consumer<com.microsoft.playwright.Browser.NewContextOptions> options) {
        var chosen = new com.microsoft.playwright.Browser.NewContextOptions();
        options.accept(chosen);
        return new Browser(chosen);
    }

    /** Whether there is a Chromium: where {@code LATCHKEY_CHROMIUM} says, or at a well-known place. */
    public static boolean isAvailable() {
        return executable().isPresent();
    }

    /** The page it was opened with. */
    public Page page() {
        return page;
    }

    /** Another tab with the same cookies. */
    public Page newPage() {
        return context.newPage();
    }

    public BrowserContext context() {
        return context;
    }

    @Override
    public void close() {
        context.close();
    }

    private static Optional<Path> executable() {
        return Stream.concat(Stream.ofNullable(System.getenv("LATCHKEY_CHROMIUM")), WELL_KNOWN.stream())
                .map(Path::of)
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Started with the first browser, ended by {@link BrowserTest} after the last test of the run. */
    static final class Shared implements AutoCloseable {

        private static Playwright playwright;
        private static com.microsoft.playwright.Browser chromium;

        static synchronized com.microsoft.playwright.Browser chromium() {
            if (chromium == null) {
                chromium = launch();
            }
            return chromium;
        }

        @Override
        public void close() {
            end();
        }

        private static synchronized void end() {
            if (playwright != null) {
                playwright.close();
                playwright = null;
                chromium = null;
            }
        }

        private static com.microsoft.playwright.Browser launch() {
            Map<String, String> environment = new HashMap<>(System.getenv());
            environment.put("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1");
            playwright = Playwright.create(new Playwright.CreateOptions().setEnv(environment));
            return playwright
                    .chromium()
                    .launch(new BrowserType.LaunchOptions()
                            .setExecutablePath(executable().orElseThrow())
                            .setHeadless(true)
                            .setArgs(arguments()));
        }

        /** Chromium's sandbox refuses to run as root. */
        private static List<String> arguments() {
            List<String> arguments = new ArrayList<>(QUIET);
            if ("root".equals(System.getProperty("user.name"))) {
                arguments.add("--no-sandbox");
            }
            return arguments;
        }
    }
}
