package dev.latchkey.gateway.testing;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;

/**
 * A person at the gateway without a browser: keeps cookies as a browser does, sends what a browser sends, and follows a
 * redirect only when told to. Paths are resolved against the gateway's address; whole addresses are taken as they are. Extra
 * headers are names and values in turn.
 */
public final class HttpPerson {

    private static final int MOST_REDIRECTS = 10;
    private static final Pattern FORM_ACTION =
            Pattern.compile("<form\\b[^>]*\\baction=\"([^\"]*)\"", Pattern.CASE_INSENSITIVE);
    private static final Pattern HIDDEN =
            Pattern.compile("<input\\b[^>]*\\btype=\"hidden\"[^>]*>", Pattern.CASE_INSENSITIVE);

    private final URI gateway;
    private final CookieJar cookies;
    private final HttpClient client;

    private HttpPerson(URI gateway, CookieJar cookies, HttpClient client) {
        this.gateway = gateway;
        this.cookies = cookies;
        this.client = client;
    }

    /** Somebody new at that gateway, such as {@code http://localhost:8080}. */
    public static HttpPerson at(String gatewayUrl) {
        return new HttpPerson(URI.create(gatewayUrl), new CookieJar(), PlainHttp.usual());
    }

    /** Somebody new at that gateway, who trusts whom that context trusts. */
    public static HttpPerson at(String gatewayUrl, SSLContext trust) {
        return new HttpPerson(URI.create(gatewayUrl), new CookieJar(), PlainHttp.trusting(trust));
    }

    /** Somebody holding copies of this person's cookies, as of now. */
    public HttpPerson twin() {
        return new HttpPerson(gateway, new CookieJar(cookies), client);
    }

    /** The same person, cookies and all, at another node of the gateway. Ports do not part cookies. */
    public HttpPerson alsoAt(String otherUrl) {
        return new HttpPerson(URI.create(otherUrl), cookies, client);
    }

    // Requests

    public HttpResponse<String> get(String path, String... headers) {
        return send("GET", path, null, headers);
    }

    /** A form posted by a page of the gateway itself. */
    public HttpResponse<String> post(String path, Map<String, String> form, String... headers) {
        String[] own = {
            "Content-Type", "application/x-www-form-urlencoded",
            "Origin", origin(),
            "Sec-Fetch-Site", "same-origin",
            "Sec-Fetch-Mode", "navigate",
            "Sec-Fetch-Dest", "document",
            "Accept", "text/html"
        };
        return send("POST", path, FormFields.encode(form), joined(own, headers));
    }

    /** Opens a page, as if the address had been typed. */
    public HttpResponse<String> navigate(String path, String... headers) {
        return open("none", path, headers);
    }

    /** What a script of a page of the same origin does. */
    public HttpResponse<String> fetch(String path, String... headers) {
        String[] own = {
            "Sec-Fetch-Site", "same-origin",
            "Sec-Fetch-Mode", "cors",
            "Sec-Fetch-Dest", "empty",
            "Accept", "application/json"
        };
        return send("GET", path, null, joined(own, headers));
    }

    /** Any request; a null body sends none. */
    public HttpResponse<String> send(String method, String path, String body, String... headers) {
        URI target = gateway.resolve(path);
        HttpRequest.Builder request = HttpRequest.newBuilder(target)
                .method(
                        method,
                        body == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body));
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        cookies.headerFor(target).ifPresent(cookie -> request.header("Cookie", cookie));
        HttpResponse<String> response = PlainHttp.send(client, request);
        response.headers().allValues("Set-Cookie").forEach(line -> cookies.accept(target, line));
        return response;
    }

    /** Submits the first form of a page, its hidden fields and these more. */
    public HttpResponse<String> submit(HttpResponse<String> page, Map<String, String> more) {
        Matcher form = FORM_ACTION.matcher(page.body());
        if (!form.find()) {
            throw new AssertionError("No form with an action in " + describe(page));
        }
        Map<String, String> fields = hiddenFields(page.body().substring(form.end()));
        fields.putAll(more);
        return post(page.uri().resolve(unescaped(form.group(1))).toString(), fields);
    }

    /** Follows redirects within the gateway, as page navigations, until something else comes. */
    public HttpResponse<String> follow(HttpResponse<String> response) {
        HttpResponse<String> current = response;
        for (int i = 0; i < MOST_REDIRECTS; i++) {
            Optional<URI> next = locationOf(current).filter(this::isGateway);
            if (next.isEmpty()) {
                return current;
            }
            current = navigate(next.get().toString());
        }
        throw new AssertionError("Redirected in circles, last by " + describe(current));
    }

    // Signing in

    /** Opens the path, goes to GitHub and back, and returns what the path answers then. */
    public HttpResponse<String> signIn(GitHubStub github, String login, String path) {
        return arrive(github.authorize(beginSignIn(path), login));
    }

    /** Opens the path and follows the gateway to where it sends the browser away: GitHub's consent page. */
    public URI beginSignIn(String path) {
        HttpResponse<String> last = follow(navigate(path));
        return locationOf(last).orElseThrow(() -> new AssertionError("Not sent to sign in, but " + describe(last)));
    }

    /** Comes back from GitHub, and follows the gateway to the end; an error page of the callback is such an end. */
    public HttpResponse<String> arrive(URI callback) {
        return follow(open("cross-site", callback.toString()));
    }

    // Cookies

    /** The value of that cookie, or null. */
    public String cookie(String name) {
        return cookies.value(name);
    }

    /** Names of all cookies held. */
    public List<String> cookieNames() {
        return cookies.all().stream().map(CookieJar.Cookie::name).toList();
    }

    public HttpPerson setCookie(String name, String value) {
        cookies.put(gateway, name, value);
        return this;
    }

    public HttpPerson forgetCookies() {
        cookies.clear();
        return this;
    }

    // Details

    private HttpResponse<String> open(String site, String path, String... headers) {
        String[] own = {
            "Sec-Fetch-Site", site,
            "Sec-Fetch-Mode", "navigate",
            "Sec-Fetch-Dest", "document",
            "Sec-Fetch-User", "?1",
            "Upgrade-Insecure-Requests", "1",
            "Accept", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
        };
        return send("GET", path, null, joined(own, headers));
    }

    private static Optional<URI> locationOf(HttpResponse<String> response) {
        boolean redirect = response.statusCode() >= 300 && response.statusCode() < 400;
        return redirect ? response.headers().firstValue("Location").map(response.uri()::resolve) : Optional.empty();
    }

    private boolean isGateway(URI target) {
        return gateway.getAuthority().equals(target.getAuthority());
    }

    private String origin() {
        return gateway.getScheme() + "://" + gateway.getAuthority();
    }

    private static Map<String, String> hiddenFields(String afterForm) {
        int end = afterForm.indexOf("</form>");
        String form = end < 0 ? afterForm : afterForm.substring(0, end);
        Map<String, String> fields = new LinkedHashMap<>();
        HIDDEN.matcher(form)
                .results()
                .map(match -> match.group())
                .forEach(input -> fields.put(attribute(input, "name"), attribute(input, "value")));
        return fields;
    }

    private static String attribute(String tag, String name) {
        Matcher matcher = Pattern.compile("\\b" + name + "=\"([^\"]*)\"").matcher(tag);
        return matcher.find() ? unescaped(matcher.group(1)) : "";
    }

    private static String unescaped(String html) {
        return html.replace("&quot;", "\"")
                .replace("&#39;", "'")
                .replace("&#x3D;", "=")
                .replace("&#61;", "=")
                .replace("&lt;", "<")
                .replace("&gt;", ">")
                .replace("&amp;", "&");
    }

    private static String[] joined(String[] own, String[] more) {
        List<String> all = new ArrayList<>(Arrays.asList(own));
        for (int i = 0; i < more.length; i += 2) {
            set(all, more[i], more[i + 1]);
        }
        return all.toArray(String[]::new);
    }

    /** A header named by the caller takes the place of the one a browser would send. */
    private static void set(List<String> headers, String name, String value) {
        for (int i = 0; i < headers.size(); i += 2) {
            if (headers.get(i).equalsIgnoreCase(name)) {
                headers.set(i + 1, value);
                return;
            }
        }
        headers.addAll(List.of(name, value));
    }

    private static String describe(HttpResponse<String> response) {
        String body = response.body();
        return response.statusCode() + " from " + response.uri().getPath() + ": "
                + body.substring(0, Math.min(500, body.length()));
    }
}
