package dev.latchkey.gateway.testing;

/** What the stand-ins' pages share: one plain look, and text that stays text. */
final class Html {

    private static final String STYLE = """
            :root { color-scheme: light dark; --ink: #1f2328; --soft: #59636e; --line: #d1d9e0; --page: #f6f8fa;
                    --card: #ffffff; --go: #1f883d; --link: #0969da; --note: #fff8c5; --note-ink: #4d2d00; }
            @media (prefers-color-scheme: dark) {
              :root { --ink: #f0f6fc; --soft: #9198a1; --line: #3d444d; --page: #0d1117; --card: #151b23;
                      --go: #238636; --link: #4493f8; --note: #272115; --note-ink: #f2cc60; } }
            * { box-sizing: border-box; }
            body { margin: 0; font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; color: var(--ink);
                   background: var(--page); }
            main { max-width: 44rem; margin: 3rem auto; padding: 0 1rem; }
            main.narrow { max-width: 27rem; }
            h1 { font-size: 1.5rem; font-weight: 600; margin: 0 0 1rem; }
            h2 { font-size: 1rem; font-weight: 600; margin: 1.5rem 0 .5rem; }
            .card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: 1.5rem; }
            .note { background: var(--note); color: var(--note-ink); border-radius: .6rem; padding: .6rem 1rem;
                    margin-bottom: 1rem; font-size: .875rem; }
            .soft { color: var(--soft); font-size: .875rem; }
            label { display: block; font-weight: 600; margin-bottom: .25rem; }
            select, input { width: 100%; font: inherit; padding: .45rem .6rem; border: 1px solid var(--line);
                            border-radius: .4rem; background: var(--card); color: inherit; }
            .actions { display: flex; gap: .75rem; margin-top: 1.25rem; }
            button { flex: 1; font: inherit; font-weight: 600; padding: .55rem 1rem; border-radius: .4rem; cursor: pointer;
                     border: 1px solid var(--line); background: var(--card); color: inherit; }
            button.go { background: var(--go); border-color: transparent; color: #fff; }
            a { color: var(--link); }
            table { width: 100%; border-collapse: collapse; font-size: .875rem; }
            th { text-align: left; font-weight: 600; white-space: nowrap; vertical-align: top; padding: .35rem 1rem .35rem 0; }
            td { padding: .35rem 0; overflow-wrap: anywhere; }
            tr + tr > * { border-top: 1px solid var(--line); }
            pre { background: var(--page); border: 1px solid var(--line); border-radius: .4rem; padding: .75rem;
                  margin: 0; overflow-x: auto; font-size: .8125rem; }
            """;

    private Html() {}

    /** A whole page; {@code main} is HTML, {@code title} is text. */
    static String page(String title, String mainClass, String main) {
        return """
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <main class="%s">
                %s
                </main>
                </body>
                </html>
                """.formatted(text(title), STYLE, mainClass, main);
    }

    /** Escapes text for elements and for quoted attributes. */
    static String text(String raw) {
        return raw.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;")
                .replace("'", "&#39;");
    }
}
