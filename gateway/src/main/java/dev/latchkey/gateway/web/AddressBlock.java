package dev.latchkey.gateway.web;

import io.netty.util.NetUtil;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * Which addresses are one stranger, and which are one stranger's neighbours. Whoever has an IPv6 address has 2^64 of them,
 * and for little money 2^80 (RFC 6177); whoever has an IPv4 one may well have those beside it.
 */
public final class AddressBlock {

    private static final int BYTES_OF_IPV6 = 16;
    private static final int MAPPED = 12;
    private static final int SUBSCRIBER = 8;
    private static final int IPV6_NEIGHBOURS = 6;
    private static final int IPV4_NEIGHBOURS = 3;

    private AddressBlock() {}

    /** The address, or of an IPv6 one the half that a subscriber cannot choose. */
    public static String subscriber(String address) {
        byte[] bytes = bytes(address);
        return bytes.length == BYTES_OF_IPV6 ? HexFormat.of().formatHex(bytes, 0, SUBSCRIBER) : plain(address, bytes);
    }

    /** The /24 of an IPv4 address, the /48 of an IPv6 one. */
    public static String neighbours(String address) {
        byte[] bytes = bytes(address);
        if (bytes.length == 0) {
            return address;
        }
        int length = bytes.length == BYTES_OF_IPV6 ? IPV6_NEIGHBOURS : IPV4_NEIGHBOURS;
        return HexFormat.of().formatHex(bytes, 0, length);
    }

    private static String plain(String address, byte[] bytes) {
        return bytes.length == 0 ? address : NetUtil.bytesToIpAddress(bytes);
    }

    /** Of an IPv4 address that is written as an IPv6 one, those of the former; of what is no address none. */
    private static byte[] bytes(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return new byte[0];
        }
        return isMapped(bytes) ? Arrays.copyOfRange(bytes, MAPPED, BYTES_OF_IPV6) : bytes;
    }

    /** RFC 4291, section 2.5.5.2. */
    private static boolean isMapped(byte[] bytes) {
        if (bytes.length != BYTES_OF_IPV6) {
            return false;
        }
        for (int i = 0; i < MAPPED; i++) {
            if (bytes[i] != (i < MAPPED - 2 ? 0 : -1)) {
                return false;
            }
        }
        return true;
    }
}
