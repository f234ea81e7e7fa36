package dev.latchkey.gateway.facade.catfeeder;

import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.session.Person;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who may change providers: accounts by their ids, and by login those at GitHub. */
final class Admins {

    private final Set<String> names;

    Admins(List<String> some, List<String> more) {
        this.names = Stream.concat(some.stream(), more.stream())
                .map(name -> name.startsWith("user:") ? name.toLowerCase(Locale.ROOT) : name)
                .collect(Collectors.toUnmodifiableSet());
    }

    boolean include(Person person) {
        boolean byLogin = person.id().provider().equals(GitHub.ID)
                && names.contains("user:" + person.login().toLowerCase(Locale.ROOT));
        return byLogin || names.contains(person.id().toString());
    }
}
