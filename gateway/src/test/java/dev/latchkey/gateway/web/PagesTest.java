package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Attribute;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.parser.Parser;
import org.jsoup.select.Elements;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class PagesTest {

    static Stream<Named<String>> usual() {
        return TestPages.usual().entrySet().stream().map(page -> Named.of(page.getKey(), page.getValue()));
    }

    static Stream<Named<String>> hostile() {
        return TestPages.hostile().entrySet().stream().map(page -> Named.of(page.getKey(), page.getValue()));
    }

    static Stream<Named<String>> all() {
        return Stream.concat(usual(), hostile());
    }

    @ParameterizedTest
    @MethodSource("all")
    void parsesWithoutAnError(String html) {
        Parser parser = Parser.htmlParser().setTrackErrors(20);
        Jsoup.parse(html, parser);
        assertThat(parser.getErrors()).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void holdsNoScriptAndNoStyleOfItsOwn(String html) {
        Document page = Jsoup.parse(html);
        assertThat(page.select("script, style, iframe, object, embed, base, svg"))
                .isEmpty();
        assertThat(attributes(page)).noneMatch(name -> name.startsWith("on") || name.equals("style"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void loadsAndPostsOnlyUnderItsOwnPrefix(String html) {
        Document page = Jsoup.parse(html);
        assertThat(page.select("link, img, form"))
                .isNotEmpty()
                .allSatisfy(element -> assertThat(target(element)).startsWith("/oauth2/"));
    }

    @ParameterizedTest
    @MethodSource("usual")
    void linksNoOtherHost(String html) {
        assertThat(Jsoup.parse(html).select("a"))
                .allSatisfy(link -> assertThat(link.attr("href")).matches("/([^/].*)?"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void turnsALinkThatIsAScriptIntoALinkHome(String html) {
        assertThat(Jsoup.parse(html).select("main a"))
                .allSatisfy(link -> assertThat(link.attr("href")).isEqualTo("/"));
    }

    @ParameterizedTest
    @MethodSource("all")
    void saysWhatItIsToReadersAndRobots(String html) {
        Document page = Jsoup.parse(html);
        assertThat(page.documentType()).isNotNull();
        assertThat(page.select("html").attr("lang")).isEqualTo("en");
        assertThat(page.select("meta[name=robots]").attr("content")).isEqualTo("noindex");
        assertThat(page.select("meta[name=color-scheme]").attr("content")).isEqualTo("light dark");
        assertThat(page.title()).isNotBlank();
        assertThat(page.select("main h1")).hasSize(1);
        assertThat(page.select("main")).hasSize(1);
        assertThat(page.select("img:not([alt])")).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("all")
    void givesEveryIdOnceAndLabelsWhatItRefersTo(String html) {
        Document page = Jsoup.parse(html);
        Set<String> ids = new HashSet<>();
        assertThat(page.select("[id]"))
                .allSatisfy(element -> assertThat(ids.add(element.id())).isTrue());
        assertThat(page.select("[aria-labelledby]"))
                .allSatisfy(element -> assertThat(ids).contains(element.attr("aria-labelledby")));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void showsAHostileNameAsText(String html) {
        assertThat(html).doesNotContain("<script", "<img src=x");
        assertThat(html).doesNotContain("\u202E", "\u2066", "\u0000");
        assertThat(html.length()).isLessThan(20_000);
    }

    @Test
    void cutsANameOfTwentyKilobytesWithAnEllipsis() {
        Element heading =
                Jsoup.parse(TestPages.hostile().get("account")).select("h1").first();
        assertThat(heading.text()).startsWith(TestPages.SCRIPT).endsWith("W…").hasSizeLessThanOrEqualTo(121);
    }

    @Test
    void postsTheWayBackUntouched() {
        Document page = Jsoup.parse(TestPages.hostile().get("sign-out"));
        assertThat(page.select("input[name=rd]").val()).isEqualTo(TestPages.SCRIPT);
    }

    @Test
    void leavesOutTheWayBackWhereThereIsNone() {
        assertThat(Jsoup.parse(TestPages.usual().get("sign-out without rd")).select("input[name=rd]"))
                .isEmpty();
    }

    @Test
    void asksBeforeItSignsOut() {
        Element form = Jsoup.parse(TestPages.usual().get("sign-out"))
                .select("main form")
                .first();
        assertThat(form.attr("method")).isEqualTo("post");
        assertThat(form.attr("action")).isEqualTo("/oauth2/sign_out");
        assertThat(form.select("input[name=rd]").val()).isEqualTo("/wiki");
        assertThat(form.select("button").text()).isEqualTo("Sign out");
    }

    @Test
    void offersEveryProviderAndTheFirstForemost() {
        SignInPage two = new SignInPage(
                List.of(new ProviderChoice("GitHub", "/oauth2/start?a=1&b=2"), new ProviderChoice("Okta", "/b")),
                "/wiki");
        Elements links = Jsoup.parse(TestPages.pages().signIn(two)).select("main a");
        assertThat(links.eachText()).containsExactly("Continue with GitHub", "Continue with Okta");
        assertThat(links.first().attr("href")).isEqualTo("/oauth2/start?a=1&b=2");
        assertThat(links.first().hasClass("primary")).isTrue();
        assertThat(links.last().hasClass("primary")).isFalse();
    }

    @Test
    void showsTheDestinationUnlessItIsTheFrontPage() {
        assertThat(Jsoup.parse(TestPages.usual().get("sign-in"))
                        .select(".destination")
                        .text())
                .isEqualTo("/wiki");
        assertThat(Jsoup.parse(TestPages.usual().get("sign-in without provider"))
                        .select(".destination"))
                .isEmpty();
    }

    @Test
    void saysSoWhenThereIsNoWayToSignIn() {
        assertThat(TestPages.usual().get("sign-in without provider")).contains("There is no way to sign in yet");
    }

    @Test
    void showsWhoIAm() {
        Document page = Jsoup.parse(TestPages.usual().get("account"));
        assertThat(page.select(".initials").text()).isEqualTo("MO");
        assertThat(page.select("h1").text()).isEqualTo("Mona Lisa Octocat");
        assertThat(page.select(".facts").text())
                .contains("mona@example.com Verified", "github:583231", "acme acme:eng");
    }

    @Test
    void callsMeByMyLoginIfThereIsNoName() {
        Document page = Jsoup.parse(TestPages.usual().get("account of few words"));
        assertThat(page.select("h1").text()).isEqualTo("octocat");
        assertThat(page.select(".initials").text()).isEqualTo("O");
        assertThat(page.select(".facts").text()).doesNotContain("E-mail", "Groups");
    }

    @Test
    void marksAnAddressThatIsNotVerified() {
        AccountPage page = new AccountPage(
                "mona", null, "m@example.com", false, List.of(), "github:1", List.of(), List.of(), List.of(), null);
        assertThat(TestPages.pages().account(page)).contains("Not verified").doesNotContain(">Verified");
    }

    @Test
    void countsTheGroupsItDoesNotShow() {
        AccountPage page = new AccountPage(
                "mona",
                null,
                null,
                false,
                Collections.nCopies(75, "acme:team"),
                "github:1",
                List.of(),
                List.of(),
                List.of(),
                null);
        Elements groups = Jsoup.parse(TestPages.pages().account(page)).select(".groups li");
        assertThat(groups).hasSize(61);
        assertThat(groups.last().text()).isEqualTo("and 15 more");
    }

    @Test
    void listsMySessionsAndMarksThisBrowser() {
        Elements sessions = Jsoup.parse(TestPages.usual().get("account")).select(".sessions:not(.tokens) > li");
        assertThat(sessions).hasSize(2);
        assertThat(sessions.first().text())
                .contains("Firefox on Linux This browser", "203.0.113.7", "20 Nov 2026, 08:14 UTC");
        assertThat(sessions.last().text()).doesNotContain("This browser");
        assertThat(sessions.first().select("time").last().attr("datetime")).isEqualTo("2026-11-21T09:14:07Z");
    }

    @Test
    void endsOneSessionByItsHandle() {
        Element form = Jsoup.parse(TestPages.usual().get("account"))
                .select(".sessions form")
                .last();
        assertThat(form.attr("method")).isEqualTo("post");
        assertThat(form.attr("action")).isEqualTo("/oauth2/account/sessions/end");
        assertThat(form.select("input[name=handle]").val()).isEqualTo("other");
        assertThat(form.select("button").attr("aria-label")).startsWith("End the session of Firefox on Linux");
    }

    @Test
    void listsMyTokensEndsThemAndMakesMore() {
        Document page = Jsoup.parse(TestPages.usual().get("account"));
        Element token = page.select(".tokens > li").first();
        assertThat(token.text()).contains("Nightly build", "wiki, docs", "21 Nov 2026, 09:14 UTC");
        assertThat(token.select("form").attr("action")).isEqualTo("/oauth2/account/tokens/end");
        assertThat(token.select("input[name=handle]").val()).isEqualTo("token-id");
        Element form = page.select("form.fields").first();
        assertThat(form.attr("action")).isEqualTo("/oauth2/account/tokens");
        assertThat(form.select("input:not([type=hidden]), select").eachAttr("name"))
                .containsExactly("name", "routes", "days");
        assertThat(form.select("label").eachAttr("for"))
                .containsExactlyElementsOf(form.select("input, select").eachAttr("id"));
        assertThat(Jsoup.parse(TestPages.usual().get("account of few words")).select(".tokens"))
                .isEmpty();
    }

    @Test
    void endsAllSessionsOrAllOthers() {
        Element form = Jsoup.parse(TestPages.usual().get("account"))
                .select("form.bulk")
                .first();
        assertThat(form.attr("action")).isEqualTo("/oauth2/account/sessions/end_all");
        assertThat(form.select("button[name=scope]").eachAttr("value")).containsExactly("others", "all");
    }

    @Test
    void offersToEndOthersOnlyIfThereAreOthers() {
        Document page = Jsoup.parse(TestPages.usual().get("account of few words"));
        assertThat(page.select("button[name=scope]").eachAttr("value")).containsExactly("all");
    }

    @Test
    void saysWhatHappenedAndWhatToDoNext() {
        Document page = Jsoup.parse(TestPages.usual().get("problem"));
        assertThat(page.title()).isEqualTo("The gateway cannot look up your session just now · Latchkey");
        assertThat(page.select("main").text())
                .contains(
                        "Error 503",
                        "It will be back.",
                        ProblemCode.STORE_UNAVAILABLE.hint(),
                        "Wait 5 seconds",
                        "store.unavailable");
        assertThat(page.select("code").last().text()).isEqualTo("4bf92f3577b34da6");
        assertThat(page.select("main a").text()).isEqualTo("Try again");
        assertThat(page.select("main a").attr("href")).isEqualTo("/wiki");
    }

    @Test
    void doesNotRepeatTheTitleAsDetailAndShowsNoEmptyActions() {
        Document page = Jsoup.parse(TestPages.usual().get("problem of few words"));
        assertThat(page.select("main > p").eachText()).containsExactly("Error 500", ProblemCode.INTERNAL.hint());
        assertThat(page.select(".actions")).isEmpty();
    }

    @Test
    void offersAnotherAccountToWhoHasNoAccess() {
        ProblemPage denied = ProblemPage.of(Problem.of(ProblemCode.ACCESS_DENIED), "id")
                .switchAccountAt("/oauth2/sign_out?rd=%2Fwiki");
        Element link =
                Jsoup.parse(TestPages.pages().problem(denied)).select("main a").first();
        assertThat(link.text()).isEqualTo("Sign out and use another account");
        assertThat(link.attr("href")).isEqualTo("/oauth2/sign_out?rd=%2Fwiki");
    }

    @Test
    void offersToSignInWhereThatSolvesIt() {
        Problem problem = Problem.of(ProblemCode.SIGN_IN_REQUIRED).solvedBy(TestPages.ADDRESS.at("/start"));
        Element link = Jsoup.parse(TestPages.pages().problem(ProblemPage.of(problem, "id")))
                .select("main a")
                .first();
        assertThat(link.text()).isEqualTo("Sign in");
        assertThat(link.attr("href")).isEqualTo("https://gateway.example.com/oauth2/start");
    }

    @Test
    void putsTheWaitInWords() {
        assertThat(waitInWords(Duration.ofMillis(200))).isEqualTo("1 second");
        assertThat(waitInWords(Duration.ofSeconds(119))).isEqualTo("119 seconds");
        assertThat(waitInWords(Duration.ofSeconds(121))).isEqualTo("3 minutes");
    }

    @Test
    void bearsTheNameAndTheHelpOfItsOperator() {
        PagesProperties brand = new PagesProperties("Acme Apps", "https://help.acme.example");
        Assets assets = new Assets(TestPages.ADDRESS, new SecurityHeaders(TestPages.ADDRESS));
        Document page = Jsoup.parse(new Pages(TestPages.ADDRESS, assets, brand).signIn(TestPages.signIn()));
        assertThat(page.title()).isEqualTo("Sign in · Acme Apps");
        assertThat(page.select("footer a").attr("href")).isEqualTo("https://help.acme.example");
    }

    @Test
    void livesUnderWhateverPrefix() {
        GatewayAddress moved = new GatewayAddress(TestPages.ADDRESS.externalUrl(), "/-/auth");
        String html = Pages.plain(moved).account(TestPages.account());
        assertThat(html).contains("/-/auth/account/sessions/end", "/-/auth/static/latchkey.css");
        assertThat(html).doesNotContain("/oauth2");
    }

    @Test
    void escapesEverythingInEveryTemplate() throws IOException {
        try (Stream<Path> templates = Files.list(Path.of("src/main/resources/templates"))) {
            assertThat(templates)
                    .isNotEmpty()
                    .allSatisfy(
                            template -> assertThat(Files.readString(template)).doesNotContain("{{{", "{{&", "{{="));
        }
    }

    private static String waitInWords(Duration wait) {
        return ProblemPage.of(Problem.of(ProblemCode.INTERNAL).retryAfter(wait), "id")
                .waitInWords();
    }

    private static Stream<String> attributes(Document page) {
        return page.getAllElements().stream()
                .flatMap(element -> element.attributes().asList().stream())
                .map(Attribute::getKey);
    }

    private static String target(Element element) {
        return switch (element.tagName()) {
            case "link" -> element.attr("href");
            case "img" -> element.attr("src");
            default -> element.attr("action");
        };
    }
}
