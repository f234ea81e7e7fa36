package dev.latchkey.gateway.provider;

import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Where things are at a provider.
 *
 * @param issuer the name that the provider signs with, and puts into its answers (RFC 9207)
 * @param authorization where browsers are sent
 * @param token where codes and refresh tokens are exchanged
 * @param userInfo where a token shows whose it is
 * @param keys where the keys of its ID tokens are; with them and the issuer it is an OpenID Connect provider
 * @param revocation where tokens are ended (RFC 7009)
 * @param namesIssuer whether it says that its answers always name the issuer
 */
public record Endpoints(
        @Nullable String issuer,
        @Nullable String authorization,
        @Nullable String token,
        @Nullable String userInfo,
        @Nullable String keys,
        @Nullable String revocation,
        boolean namesIssuer) {

    static final Endpoints NONE = new Endpoints(null, null, null, null, null, null, false);

    /** These, and where they say nothing the others. */
    Endpoints or(Endpoints others) {
        return new Endpoints(
                issuer == null ? others.issuer : issuer,
                authorization == null ? others.authorization : authorization,
                token == null ? others.token : token,
                userInfo == null ? others.userInfo : userInfo,
                keys == null ? others.keys : keys,
                revocation == null ? others.revocation : revocation,
                namesIssuer || others.namesIssuer);
    }

    /** Where secrets and tokens are sent and keys come from, by scheme, host and port, in a fixed order. */
    SortedSet<String> trustedOrigins() {
        return Stream.of(token, userInfo, keys, revocation)
                .filter(Objects::nonNull)
                .map(Endpoints::origin)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private static String origin(String address) {
        URI uri = URI.create(address);
        String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
        int usual = scheme.equals("https") ? 443 : 80;
        int port = uri.getPort() < 0 ? usual : uri.getPort();
        return scheme + "://" + String.valueOf(uri.getHost()).toLowerCase(Locale.ROOT) + ':' + port;
    }

    /** All addresses that the gateway calls or sends browsers to. */
    Stream<String> addresses() {
        return Stream.of(authorization, token, userInfo, keys, revocation).filter(Objects::nonNull);
    }
}
