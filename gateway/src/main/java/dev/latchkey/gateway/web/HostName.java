package dev.latchkey.gateway.web;

import io.netty.util.NetUtil;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What may stand in a {@code Host} header (RFC 9110, section 7.2): a name or an address, and maybe a port. */
final class HostName {

    private static final Pattern PLAIN =
            Pattern.compile("(?:[A-Za-z0-9][A-Za-z0-9._-]{0,253}|\\[([0-9A-Fa-f:.]{2,45})])(?::([0-9]{1,5}))?");
    private static final int LARGEST_PORT = 65535;

    private HostName() {}

    /** True if everybody who reads it finds the same host in it. */
    static boolean isPlain(String authority) {
        Matcher plain = PLAIN.matcher(authority);
        if (!plain.matches()) {
            return false;
        }
        String address = plain.group(1);
        String port = plain.group(2);
        return (address == null || NetUtil.isValidIpV6Address(address))
                && (port == null || Integer.parseInt(port) <= LARGEST_PORT);
    }
}
