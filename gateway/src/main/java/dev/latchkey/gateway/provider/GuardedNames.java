package dev.latchkey.gateway.provider;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.resolver.InetSocketAddressResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import reactor.core.scheduler.Scheduler;

/**
 * Looks names up for calls to providers, and forgets every address that may not be called. What the connection is made to
 * is what was looked at: a name that stands for something else a moment later gains nothing by it.
 */
final class GuardedNames extends AddressResolverGroup<InetSocketAddress> {

    private final ProviderAddresses addresses;
    private final Lookup lookup;
    private final Scheduler worker;

    /** Asks the system, which may take its time. */
    interface Lookup {
        InetAddress[] all(String host) throws UnknownHostException;
    }

    GuardedNames(ProviderAddresses addresses, Lookup lookup, Scheduler worker) {
        this.addresses = addresses;
        this.lookup = lookup;
        this.worker = worker;
    }

    @Override
    protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetSocketAddressResolver(executor, new Names(executor));
    }

    /** What a name stands for and may be called. */
    List<InetAddress> resolve(String host) throws UnknownHostException {
        String name = host.toLowerCase(Locale.ROOT);
        List<InetAddress> callable = Arrays.stream(lookup.all(host))
                .filter(address -> addresses.mayBeCalled(name, address))
                .toList();
        if (callable.isEmpty()) {
            throw new UnknownHostException("nothing that may be called has the name " + name);
        }
        return callable;
    }

    private final class Names extends InetNameResolver {

        Names(EventExecutor executor) {
            super(executor);
        }

        @Override
        protected void doResolve(String host, Promise<InetAddress> promise) {
            worker.schedule(() -> {
                try {
                    promise.trySuccess(GuardedNames.this.resolve(host).get(0));
                } catch (UnknownHostException | RuntimeException e) {
                    promise.tryFailure(e);
                }
            });
        }

        @Override
        protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            worker.schedule(() -> {
                try {
                    promise.trySuccess(GuardedNames.this.resolve(host));
                } catch (UnknownHostException | RuntimeException e) {
                    promise.tryFailure(e);
                }
            });
        }
    }
}
