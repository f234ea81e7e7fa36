package dev.latchkey.gateway.testing;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A webhook delivery. The GUID is given once: delivering the same object again is a redelivery, with the same GUID, as on
 * GitHub. Unsigned until {@link #signedWith} says otherwise.
 */
public final class Webhook {

    private final String event;
    private final String guid;
    private final String payload;
    private final String contentType;
    private final String signature;

    private Webhook(String event, String guid, String payload, String contentType, String signature) {
        this.event = event;
        this.guid = guid;
        this.payload = payload;
        this.contentType = contentType;
        this.signature = signature;
    }

    static Webhook of(String event, String json) {
        return new Webhook(event, UUID.randomUUID().toString(), json, "application/json", null);
    }

    /** Sends the JSON as the form field {@code payload}; to be called before signing. */
    public Webhook asForm() {
        String form = "payload=" + FormFields.encode(payload);
        return new Webhook(event, guid, form, "application/x-www-form-urlencoded", null);
    }

    /** HMAC-SHA-256 over the body, in {@code X-Hub-Signature-256}. */
    public Webhook signedWith(String secret) {
        return withSignature("sha256=" + hmac(secret));
    }

    /** Any signature at all; null for none. */
    public Webhook withSignature(String value) {
        return new Webhook(event, guid, payload, contentType, value);
    }

    /** Changes one byte of the body and keeps the signature. */
    public Webhook tampered() {
        String other = payload.substring(0, payload.length() - 1) + " }";
        return new Webhook(event, guid, other, contentType, signature);
    }

    /** The same content as a delivery of its own. */
    public Webhook withNewGuid() {
        return new Webhook(event, UUID.randomUUID().toString(), payload, contentType, signature);
    }

    public String guid() {
        return guid;
    }

    /** The value of {@code X-Hub-Signature-256}, or null. */
    public String signature() {
        return signature;
    }

    public String payload() {
        return payload;
    }

    public HttpResponse<String> deliverTo(URI endpoint) {
        HttpRequest.Builder request = HttpRequest.newBuilder(endpoint)
                .header("Content-Type", contentType)
                .header("User-Agent", "GitHub-Hookshot/760256b")
                .header("Accept", "*/*")
                .header("X-GitHub-Event", event)
                .header("X-GitHub-Delivery", guid)
                .header("X-GitHub-Hook-ID", "42")
                .header("X-GitHub-Hook-Installation-Target-Type", "integration")
                .header("X-GitHub-Hook-Installation-Target-ID", "1")
                .POST(HttpRequest.BodyPublishers.ofString(payload));
        if (signature != null) {
            request.header("X-Hub-Signature-256", signature);
        }
        return PlainHttp.send(request);
    }

    private String hmac(String secret) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(secret.getBytes(UTF_8), "HmacSHA256"));
            return HexFormat.of().formatHex(mac.doFinal(payload.getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
