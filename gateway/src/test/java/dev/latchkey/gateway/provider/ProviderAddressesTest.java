package dev.latchkey.gateway.provider;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import io.netty.resolver.AddressResolver;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.scheduler.Schedulers;

/** Where a provider may live, by what is written and by what a name stands for at the moment of a call. */
class ProviderAddressesTest {

    private static final ProviderAddresses OPEN = addresses(false, List.of(), List.of());

    private static ProviderAddresses addresses(boolean loopback, List<String> allowed, List<String> denied) {
        return new ProviderAddresses(new ProvidersProperties(List.of(), loopback, allowed, denied));
    }

    private static boolean takes(ProviderAddresses addresses, String address) {
        try {
            addresses.checked("address", address);
            return true;
        } catch (Problem problem) {
            assertThat(problem.code()).isEqualTo(ProblemCode.PROVIDER_ADDRESS);
            return false;
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0.0.0.0",
                "10.255.255.255",
                "100.64.0.1",
                "100.127.255.255",
                "127.0.0.1",
                "127.255.0.1",
                "168.63.129.16",
                "169.254.169.254",
                "172.16.0.1",
                "172.31.255.255",
                "192.0.0.8",
                "192.0.2.1",
                "192.88.99.1",
                "192.168.1.1",
                "198.18.0.1",
                "198.51.100.1",
                "203.0.113.1",
                "224.0.0.1",
                "240.0.0.1",
                "255.255.255.255",
                "::",
                "::1",
                "::ffff:10.0.0.1",
                "::10.0.0.1",
                "64:ff9b::a00:1",
                "64:ff9b:1::1",
                "100::1",
                "2001::1",
                "2001:db8::1",
                "2002:a00:1::1",
                "fc00::1",
                "fdff::1",
                "fe80::1",
                "fec0::1",
                "ff02::1"
            })
    void takesNoAddressThatIsNotPublic(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isFalse();
        assertThat(takes(OPEN, "https://" + (address.contains(":") ? "[" + address + "]" : address) + "/"))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.1.1.1",
                "100.128.0.1",
                "140.82.121.4",
                "172.32.0.1",
                "192.169.0.1",
                "2606:4700::1111",
                "2002:8c52:7904::1",
                "64:ff9b::8c52:7904"
            })
    void takesPublicOnes(String address) throws UnknownHostException {
        assertThat(PublicAddress.is(InetAddress.getByName(address))).isTrue();
        assertThat(takes(OPEN, "https://" + (address.contains(":") ? "[" + address + "]" : address) + "/"))
                .isTrue();
    }

    @Test
    void takesNamesByTheListsOnly() {
        ProviderAddresses listed =
                addresses(false, List.of("git.example.com", "*.corp.example"), List.of("bad.corp.example"));
        assertThat(takes(listed, "https://git.example.com/x")).isTrue();
        assertThat(takes(listed, "https://GIT.example.com./x")).isTrue();
        assertThat(takes(listed, "https://login.corp.example")).isTrue();
        assertThat(takes(listed, "https://corp.example")).isFalse();
        assertThat(takes(listed, "https://evilcorp.example")).isFalse();
        assertThat(takes(listed, "https://bad.corp.example")).isFalse();
        assertThat(takes(listed, "https://github.com")).isFalse();
        assertThat(takes(listed, "http://git.example.com")).isFalse();
        assertThat(takes(addresses(false, List.of(), List.of("*.example.com")), "https://a.example.com"))
                .isFalse();
    }

    @Test
    void takesLoopbackOnlyIfToldTo() {
        assertThat(takes(OPEN, "https://localhost/")).isFalse();
        assertThat(takes(OPEN, "https://x.localhost/")).isFalse();
        assertThat(takes(OPEN, "http://localhost:9000/")).isFalse();
        ProviderAddresses local = addresses(true, List.of(), List.of());
        assertThat(takes(local, "http://localhost:9000/")).isTrue();
        assertThat(takes(local, "http://127.0.0.1:9000/")).isTrue();
        assertThat(takes(local, "http://10.0.0.1/")).isFalse();
    }

    private static GuardedNames names(ProviderAddresses addresses, String... stand) {
        return new GuardedNames(
                addresses,
                host -> {
                    List<InetAddress> all = new ArrayList<>();
                    for (String address : stand) {
                        all.add(InetAddress.getByName(address));
                    }
                    return all.toArray(InetAddress[]::new);
                },
                Schedulers.immediate());
    }

    @Test
    void callsNoNameThatStandsForSomethingInside() {
        assertThatThrownBy(() -> names(OPEN, "127.0.0.1").resolve("login.example.com"))
                .isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> names(OPEN, "10.0.0.5", "fd00::1").resolve("login.example.com"))
                .isInstanceOf(UnknownHostException.class);
    }

    @Test
    void callsOfSeveralAddressesOnlyThosePublic() throws UnknownHostException {
        assertThat(names(OPEN, "10.0.0.5", "140.82.121.4").resolve("login.example.com"))
                .containsExactly(InetAddress.getByName("140.82.121.4"));
    }

    @Test
    void callsListedNamesInsideToo() throws UnknownHostException {
        ProviderAddresses listed = addresses(false, List.of("git.example.com"), List.of());
        assertThat(names(listed, "10.0.0.5").resolve("git.example.com")).hasSize(1);
        assertThatThrownBy(() -> names(listed, "169.254.169.254").resolve("git.example.com"))
                .isInstanceOf(UnknownHostException.class);
        assertThatThrownBy(() -> names(listed, "127.0.0.1").resolve("git.example.com"))
                .isInstanceOf(UnknownHostException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"100.100.100.200", "169.254.169.254", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"})
    void callsNoCloudsOwnAddressUnderAnyName(String address) {
        ProviderAddresses listed = addresses(false, List.of("git.example.com", "100.100.100.200"), List.of());
        assertThatThrownBy(() -> names(listed, address).resolve("git.example.com"))
                .isInstanceOf(UnknownHostException.class);
        assertThat(takes(listed, "https://" + (address.contains(":") ? "[" + address + "]" : address) + "/"))
                .isFalse();
    }

    @Test
    void looksANameUpAgainForEachConnection() {
        List<String> stands = new ArrayList<>(List.of("140.82.121.4", "10.0.0.5"));
        GuardedNames rebinding = new GuardedNames(
                OPEN, host -> new InetAddress[] {InetAddress.getByName(stands.remove(0))}, Schedulers.immediate());
        try (AddressResolver<InetSocketAddress> resolver = rebinding.getResolver(ImmediateEventExecutor.INSTANCE)) {
            InetSocketAddress asked = InetSocketAddress.createUnresolved("login.example.com", 443);
            assertThat(resolver.resolve(asked).getNow().getAddress().getHostAddress())
                    .isEqualTo("140.82.121.4");
            assertThat(resolver.resolve(asked).cause()).isInstanceOf(UnknownHostException.class);
        }
    }

    @Test
    void tellsWhatIsWrongWithTheLists() {
        ConfigurationFaults faults = new ConfigurationFaults();
        new ProvidersProperties(
                        List.of("octocat", "user:octocat", "github:583231"),
                        false,
                        List.of("https://git.example.com", "git.example.com"),
                        List.of("*"))
                .check(faults);
        assertThat(faults.list()).hasSize(3);
        assertThatCode(() -> new ProvidersProperties(List.of(), false, List.of(), List.of())
                        .check(new ConfigurationFaults()))
                .doesNotThrowAnyException();
    }
}
