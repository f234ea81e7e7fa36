package dev.latchkey.gateway.web;

import com.samskivert.mustache.Escapers;
import com.samskivert.mustache.Mustache;
import com.samskivert.mustache.Template;
import dev.latchkey.gateway.problem.ProblemCode;
import java.io.FileNotFoundException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;

/**
 * The gateway's own pages, as HTML.
 *
 * <p>They need no script, load nothing from another host and carry no style of their own, so that the policy of
 * {@link SecurityHeaders#onPage} holds. What came from outside is escaped by the template and tamed by
 * {@link DisplayText} before. A template that asks for something a page does not have fails; tests render each.
 */
public final class Pages {

    /** What pages are served as. */
    public static final MediaType MEDIA_TYPE = MediaType.parseMediaType("text/html;charset=UTF-8");

    /** The usual five. The library's own also spells out the equals sign, which makes every link hard to read. */
    private static final Mustache.Escaper ESCAPER = Escapers.simple(
            new String[][] {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}, {"'", "&#39;"}});

    private final Frame frame;
    private final Template signIn;
    private final Template signOut;
    private final Template signedOut;
    private final Template account;
    private final Template newToken;
    private final Template device;
    private final Template deviceConsent;
    private final Template deviceDone;
    private final Template appConsent;
    private final Template link;
    private final Template linkDone;
    private final Template problem;
    private final Template explanation;

    Pages(GatewayAddress address, Assets assets, PagesProperties properties) {
        this.frame = Frame.of(address, assets, properties);
        Mustache.Compiler compiler =
                Mustache.compiler().withEscaper(ESCAPER).strictSections(true).withLoader(Pages::open);
        this.signIn = compiler.loadTemplate("sign-in");
        this.signOut = compiler.loadTemplate("sign-out");
        this.signedOut = compiler.loadTemplate("signed-out");
        this.account = compiler.loadTemplate("account");
        this.newToken = compiler.loadTemplate("new-token");
        this.device = compiler.loadTemplate("device");
        this.deviceConsent = compiler.loadTemplate("device-consent");
        this.deviceDone = compiler.loadTemplate("device-done");
        this.appConsent = compiler.loadTemplate("app-consent");
        this.link = compiler.loadTemplate("link");
        this.linkDone = compiler.loadTemplate("link-done");
        this.problem = compiler.loadTemplate("problem");
        this.explanation = compiler.loadTemplate("explanation");
    }

    /** Pages with the default title and no support link. */
    public static Pages plain(GatewayAddress address) {
        return new Pages(address, new Assets(address, new SecurityHeaders(address)), PagesProperties.PLAIN);
    }

    /** Asks how to sign in. */
    public String signIn(SignInPage page) {
        return render(signIn, page);
    }

    /** Asks whether to sign out. */
    public String signOut(SignOutPage page) {
        return render(signOut, page);
    }

    /** Says that the session is over. */
    public String signedOut(SignedOutPage page) {
        return render(signedOut, page);
    }

    /** Who I am, and where I am signed in. */
    public String account(AccountPage page) {
        return render(account, page);
    }

    /** Shows a token for the one time it can be seen. */
    public String newToken(NewTokenPage page) {
        return render(newToken, page);
    }

    /** Asks for the code that a terminal shows. */
    public String device(DevicePage page) {
        return render(device, page);
    }

    /** Asks whether a terminal may be let in. */
    public String deviceConsent(DeviceConsentPage page) {
        return render(deviceConsent, page);
    }

    /** Says what became of a terminal. */
    public String deviceDone(DeviceDonePage page) {
        return render(deviceDone, page);
    }

    /** Asks whether an app may call GitHub. */
    public String appConsent(AppConsentPage page) {
        return render(appConsent, page);
    }

    /** Asks whether an account of a chat may act as somebody. */
    public String link(LinkPage page) {
        return render(link, page);
    }

    /** Says that an account of a chat is linked. */
    public String linkDone(LinkDonePage page) {
        return render(linkDone, page);
    }

    /** What went wrong, and what to do next. */
    public String problem(ProblemPage page) {
        return render(problem, page);
    }

    /** What a code means, for whoever follows the type of a problem document. */
    String explanation(ProblemCode code) {
        return render(explanation, code);
    }

    private String render(Template template, Object page) {
        return template.execute(new View(frame, page));
    }

    private static Reader open(String name) throws FileNotFoundException {
        String resource = "/templates/" + name + ".mustache";
        InputStream in = Pages.class.getResourceAsStream(resource);
        if (in == null) {
            throw new FileNotFoundException(resource);
        }
        return new InputStreamReader(in, StandardCharsets.UTF_8);
    }

    /** What templates see. */
    private record View(Frame frame, Object page) {}

    /** What all pages have in common. */
    private record Frame(
            String title,
            @Nullable String supportUrl,
            String host,
            String prefix,
            String styleUrl,
            String markUrl,
            String iconUrl) {

        static Frame of(GatewayAddress address, Assets assets, PagesProperties properties) {
            return new Frame(
                    DisplayText.line(properties.title()),
                    properties.supportUrl(),
                    address.externalUrl().getAuthority(),
                    address.prefix(),
                    assets.url(Assets.STYLE),
                    assets.url(Assets.MARK),
                    assets.url(Assets.ICON));
        }
    }
}
