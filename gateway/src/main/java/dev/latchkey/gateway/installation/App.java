package dev.latchkey.gateway.installation;

import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * A GitHub App whose tokens are handed out.
 *
 * @param api the API's address without a trailing slash
 * @param id what GitHub knows it by: its number or its client id
 * @param owners the accounts it is for, with {@code *} for any run of characters
 */
record App(String api, String id, List<Pattern> owners, AppJwt jwt) {

    static Pattern owner(String pattern) {
        String quoted = Pattern.quote(pattern.toLowerCase(Locale.ROOT)).replace("*", "\\E.*\\Q");
        return Pattern.compile(quoted);
    }

    boolean isFor(String owner) {
        String key = owner.toLowerCase(Locale.ROOT);
        return owners.stream().anyMatch(pattern -> pattern.matcher(key).matches());
    }
}
