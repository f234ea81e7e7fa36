package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Every page there is, as on a usual day and with the worst that may come from outside. */
final class TestPages {

    static final GatewayAddress ADDRESS = new GatewayAddress(URI.create("https://gateway.example.com"), "/oauth2");
    static final Instant NOW = Instant.parse("2026-11-21T09:14:07.5Z");

    static final String SCRIPT = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>";
    static final String HOSTILE = "\u202E\u2066" + SCRIPT + "\u0000\r\n" + "W".repeat(20_000);
    static final String HOSTILE_LINK = "javascript:alert(1)//\"'><script>";

    private TestPages() {}

    static Pages pages() {
        return Pages.plain(ADDRESS);
    }

    static SignInPage signIn() {
        return new SignInPage(List.of(new ProviderChoice("GitHub", "/oauth2/start?rd=%2Fwiki")), "/wiki");
    }

    static AccountPage account() {
        return new AccountPage(
                "octocat",
                "Mona Lisa Octocat",
                "mona@example.com",
                true,
                List.of("acme", "acme:eng"),
                "github:583231",
                List.of(session("this", true), session("other", false)),
                List.of(new AccountToken("token-id", "Nightly build", "wiki, docs", NOW, NOW.plusSeconds(86_400))),
                List.of(new AccountQuota("core", 5_000, 13, 1_204, 4_987, NOW.plusSeconds(1_800))),
                "ticket");
    }

    static AccountSession session(String handle, boolean current) {
        return new AccountSession(handle, current, "Firefox on Linux", "203.0.113.7", NOW.minusSeconds(90_000), NOW);
    }

    static ProblemPage problem() {
        Problem problem =
                Problem.of(ProblemCode.STORE_UNAVAILABLE, "It will be back.").retryAfter(Duration.ofSeconds(5));
        return ProblemPage.of(problem, "4bf92f3577b34da6").tryAgainAt("/wiki");
    }

    static Map<String, String> usual() {
        Pages pages = pages();
        Map<String, String> html = new LinkedHashMap<>();
        html.put("sign-in", pages.signIn(signIn()));
        html.put("sign-in without provider", pages.signIn(new SignInPage(List.of(), "/")));
        html.put("sign-out", pages.signOut(new SignOutPage("octocat", "/wiki", "/")));
        html.put("sign-out without rd", pages.signOut(new SignOutPage("octocat", null, "/")));
        html.put("signed-out", pages.signedOut(new SignedOutPage("/oauth2/sign_in")));
        html.put("account", pages.account(account()));
        html.put("account of few words", pages.account(fewWords()));
        html.put("new token", pages.newToken(new NewTokenPage("Nightly build", "lk_0000", NOW)));
        html.put("device", pages.device(new DevicePage("BCDF-GHJK", null)));
        html.put("device again", pages.device(new DevicePage("", "No terminal waits with this code.")));
        html.put("device consent", pages.deviceConsent(consent("terminal")));
        html.put("device allowed", pages.deviceDone(new DeviceDonePage(true)));
        html.put("device denied", pages.deviceDone(new DeviceDonePage(false)));
        html.put("app consent", pages.appConsent(appConsent("Rocket.Chat")));
        html.put("link", pages.link(new LinkPage("mona", "#general", "octocat", "7 days", "AbCd-_09", "ticket")));
        html.put("link without room", pages.link(new LinkPage("mona", "", "octocat", "7 days", "AbCd-_09", "ticket")));
        html.put("link done", pages.linkDone(new LinkDonePage("mona", "octocat", "Back to the chat!", NOW)));
        html.put("link done without words", pages.linkDone(new LinkDonePage("mona", "octocat", "", NOW)));
        html.put("problem", pages.problem(problem()));
        html.put("problem of few words", pages.problem(ProblemPage.of(Problem.of(ProblemCode.INTERNAL), "id")));
        html.put("explanation", pages.explanation(ProblemCode.ACCESS_DENIED));
        return html;
    }

    static Map<String, String> hostile() {
        PagesProperties brand = new PagesProperties(HOSTILE, "https://help.example.com/\"><script>");
        Pages pages = new Pages(ADDRESS, new Assets(ADDRESS, new SecurityHeaders(ADDRESS)), brand);
        Map<String, String> html = new LinkedHashMap<>();
        html.put("sign-in", pages.signIn(new SignInPage(List.of(new ProviderChoice(HOSTILE, HOSTILE_LINK)), HOSTILE)));
        html.put("sign-out", pages.signOut(new SignOutPage(HOSTILE, SCRIPT, HOSTILE_LINK)));
        html.put("signed-out", pages.signedOut(new SignedOutPage(HOSTILE_LINK)));
        html.put("account", pages.account(hostileAccount()));
        html.put("app consent", pages.appConsent(appConsent(HOSTILE)));
        html.put("link", pages.link(new LinkPage(HOSTILE, SCRIPT, HOSTILE, "7 days", "AbCd-_09", "ticket")));
        html.put("link done", pages.linkDone(new LinkDonePage(HOSTILE, HOSTILE, HOSTILE, NOW)));
        html.put("problem", pages.problem(hostileProblem()));
        return html;
    }

    private static DeviceConsentPage consent(String text) {
        return new DeviceConsentPage(text, "BCDF-GHJK", text, text, text, NOW, "7 days", "ticket");
    }

    private static AppConsentPage appConsent(String text) {
        return new AppConsentPage(text, text, text, "7 days", "AbCd-_09", "ticket");
    }

    private static AccountPage fewWords() {
        return new AccountPage(
                "octocat",
                null,
                null,
                false,
                List.of(),
                "github:583231",
                List.of(session("this", true)),
                List.of(),
                List.of(),
                null);
    }

    private static AccountPage hostileAccount() {
        AccountSession session = new AccountSession(SCRIPT, true, HOSTILE, HOSTILE, NOW, NOW);
        AccountToken token = new AccountToken(SCRIPT, HOSTILE, HOSTILE, NOW, NOW);
        return new AccountPage(
                HOSTILE,
                HOSTILE,
                HOSTILE,
                true,
                List.of(HOSTILE),
                HOSTILE,
                List.of(session),
                List.of(token),
                List.of(),
                "ticket");
    }

    private static ProblemPage hostileProblem() {
        return new ProblemPage(
                ProblemCode.ACCESS_DENIED,
                HOSTILE,
                HOSTILE,
                HOSTILE_LINK,
                Duration.ofMinutes(3),
                HOSTILE_LINK,
                HOSTILE_LINK);
    }
}
