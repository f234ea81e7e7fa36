package dev.latchkey.gateway.facade.catfeeder;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/**
 * Writes an address so that it can be followed as it is, and is the same after a client has decoded it once more. Cat
 * Feeder sent addresses that were encoded as a whole, so its clients decode them; where no value needs a percent sign, that
 * changes nothing.
 */
final class AuthorizationUrl {

    /** What a query may hold as it is (RFC 3986, section 3.4), but for what separates fields. */
    private static final String PLAIN = "-._~:/@!$'()*,;?";

    private AuthorizationUrl() {}

    static String legible(String url) {
        int question = url.indexOf('?');
        if (question < 0) {
            return url;
        }
        return url.substring(0, question + 1)
                + Arrays.stream(url.substring(question + 1).split("&"))
                        .map(AuthorizationUrl::field)
                        .collect(Collectors.joining("&"));
    }

    private static String field(String field) {
        int equals = field.indexOf('=');
        return equals < 0 ? again(field) : again(field.substring(0, equals)) + '=' + again(field.substring(equals + 1));
    }

    private static String again(String encoded) {
        StringBuilder text = new StringBuilder();
        for (byte b : URLDecoder.decode(encoded, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain =
                    (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || PLAIN.indexOf(c) >= 0;
            if (plain) {
                text.append(c);
            } else if (c == ' ') {
                text.append('+');
            } else {
                text.append(String.format("%%%02X", (int) c));
            }
        }
        return text.toString();
    }
}
