package dev.latchkey.gateway.facade.tokman;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import io.netty.handler.ipfilter.IpFilterRuleType;
import io.netty.handler.ipfilter.IpSubnetFilterRule;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;

/** Ranges of addresses. */
record Networks(List<IpSubnetFilterRule> subnets) {

    static Networks parse(String property, List<String> cidrs, ConfigurationFaults faults) {
        List<IpSubnetFilterRule> subnets = new ArrayList<>();
        for (String cidr : cidrs) {
            try {
                int slash = cidr.indexOf('/');
                int bits = Integer.parseInt(cidr.substring(slash + 1));
                subnets.add(new IpSubnetFilterRule(cidr.substring(0, slash), bits, IpFilterRuleType.ACCEPT));
            } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
                faults.add(property, "'" + cidr + "' is no CIDR", "Write a range of addresses such as 10.0.0.0/8.");
            }
        }
        return new Networks(List.copyOf(subnets));
    }

    boolean include(InetSocketAddress peer) {
        return !peer.isUnresolved() && subnets.stream().anyMatch(subnet -> subnet.matches(peer));
    }
}
