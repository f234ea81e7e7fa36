package dev.latchkey.gateway.provider;

import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Tells addresses of the public internet from all others (RFC 6890 and IANA's registries of special-purpose addresses).
 * An IPv6 address that carries an IPv4 address within it is as public as that one.
 */
final class PublicAddress {

    private static final Pattern V4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

    /** Where clouds tell their machines who they are, and some their keys: never a provider, whatever network it is of. */
    private static final Set<InetAddress> OF_CLOUDS = Stream.of(
                    "169.254.169.254",
                    "100.100.100.200",
                    "168.63.129.16",
                    "192.0.0.192",
                    "[fd00:ec2::254]",
                    "[fd20:ce::254]")
            .map(host -> Objects.requireNonNull(literal(host)))
            .collect(Collectors.toUnmodifiableSet());

    private PublicAddress() {}

    /** The address, if the host of a web address is one rather than a name. */
    static @Nullable InetAddress literal(String host) {
        boolean v6 = host.startsWith("[") && host.endsWith("]");
        if (!v6 && !V4.matcher(host).matches()) {
            return null;
        }
        try {
            return InetAddress.getByName(v6 ? host.substring(1, host.length() - 1) : host);
        } catch (UnknownHostException e) {
            return InetAddress.getLoopbackAddress();
        }
    }

    /** Whether anybody on the internet could call it. */
    static boolean is(InetAddress address) {
        if (OF_CLOUDS.contains(address)) {
            return false;
        }
        byte[] bytes = address.getAddress();
        return address instanceof Inet4Address ? isPublic4(bytes) : isPublic6((Inet6Address) address, bytes);
    }

    /** Whether it is of a network that somebody runs for themselves (RFC 1918, RFC 4193, RFC 6598). */
    static boolean isPrivate(InetAddress address) {
        if (OF_CLOUDS.contains(address)) {
            return false;
        }
        byte[] bytes = address.getAddress();
        if (address instanceof Inet4Address) {
            return address.isSiteLocalAddress() || isShared(bytes);
        }
        return (bytes[0] & 0xfe) == 0xfc;
    }

    private static boolean isPublic4(byte[] bytes) {
        int first = bytes[0] & 0xff;
        int second = bytes[1] & 0xff;
        int third = bytes[2] & 0xff;
        boolean special = first == 0
                || first == 10
                || first == 127
                || first >= 224
                || isShared(bytes)
                || (first == 169 && second == 254)
                || (first == 172 && second >= 16 && second < 32)
                || (first == 192 && second == 168)
                || (first == 192 && second == 0 && (third == 0 || third == 2))
                || (first == 192 && second == 88 && third == 99)
                || (first == 198 && (second == 18 || second == 19))
                || (first == 198 && second == 51 && third == 100)
                || (first == 203 && second == 0 && third == 113);
        return !special;
    }

    private static boolean isShared(byte[] bytes) {
        return (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 64;
    }

    private static boolean isPublic6(Inet6Address address, byte[] bytes) {
        // Only 2000::/3 is given out; 64:ff9b::/96 is a translator's.
        if (isTranslated(bytes)) {
            return isPublic4(Arrays.copyOfRange(bytes, 12, 16));
        }
        if ((bytes[0] & 0xe0) != 0x20 || address.isMulticastAddress()) {
            return false;
        }
        int first = ((bytes[0] & 0xff) << 8) | (bytes[1] & 0xff);
        int second = ((bytes[2] & 0xff) << 8) | (bytes[3] & 0xff);
        if (first == 0x2002) {
            return isPublic4(Arrays.copyOfRange(bytes, 2, 6));
        }
        // 2001::/23 (Teredo and others) and 2001:db8::/32 (for documents).
        return !(first == 0x2001 && (second < 0x200 || second == 0xdb8));
    }

    private static boolean isTranslated(byte[] bytes) {
        byte[] prefix = {0, 0x64, (byte) 0xff, (byte) 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
        return Arrays.equals(prefix, Arrays.copyOf(bytes, prefix.length));
    }
}
