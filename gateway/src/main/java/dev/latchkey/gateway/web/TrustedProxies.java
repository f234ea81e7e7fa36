package dev.latchkey.gateway.web;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The proxies in front of the gateway whose word about a request is taken. By default there are none. */
public final class TrustedProxies {

    private final List<IpSubnetFilterRule> subnets;

    private TrustedProxies(List<IpSubnetFilterRule> subnets) {
        this.subnets = subnets;
    }

    /** Reads CIDRs ({@code 10.0.0.0/8}, {@code ::1/128}) or single addresses, collecting what is wrong. */
    static TrustedProxies parse(List<String> cidrs, ConfigurationFaults faults) {
        List<IpSubnetFilterRule> subnets = new ArrayList<>();
        for (String cidr : cidrs) {
            try {
                subnets.add(subnet(cidr.trim()));
            } catch (IllegalArgumentException e) {
                faults.add(
                        "latchkey.trusted-proxies",
                        "'" + cidr + "' is neither an address nor a CIDR",
                        "Write an address range such as 10.0.0.0/8, or leave it out to trust nobody.");
            }
        }
        return new TrustedProxies(List.copyOf(subnets));
    }

    private static IpSubnetFilterRule subnet(String cidr) {
        int slash = cidr.indexOf('/');
        String address = slash < 0 ? cidr : cidr.substring(0, slash);
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            throw new IllegalArgumentException("not an address");
        }
        int bits = slash < 0 ? bytes.length * 8 : Integer.parseInt(cidr.substring(slash + 1));
        return new IpSubnetFilterRule(address, bits, IpFilterRuleType.ACCEPT);
    }

    /** True if nobody is trusted. */
    public boolean isEmpty() {
        return subnets.isEmpty();
    }

    /** True if the peer at the other end of the connection is trusted. */
    public boolean trusts(@Nullable InetSocketAddress peer) {
        if (subnets.isEmpty() || peer == null || peer.isUnresolved()) {
            return false;
        }
        for (IpSubnetFilterRule subnet : subnets) {
            if (subnet.matches(peer)) {
                return true;
            }
        }
        return false;
    }

    /** True if that address, as a proxy wrote it, belongs to a trusted proxy itself. */
    boolean trusts(String address) {
        byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
        if (bytes == null) {
            return false;
        }
        try {
            return trusts(new InetSocketAddress(InetAddress.getByAddress(bytes), 0));
        } catch (UnknownHostException e) {
            return false;
        }
    }
}
