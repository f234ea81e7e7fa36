package dev.latchkey.gateway.github.replay;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Fifty people and two hundred repositories, of which few are read by many. */
final class Organization {

    static final int PEOPLE = 50;
    private static final int REPOSITORIES = 200;
    private static final String NUMBERED = "/repositories/";

    private final Random random;
    private final List<String> people =
            IntStream.range(1, PEOPLE + 1).mapToObj(Integer::toString).toList();
    private final List<Repository> repositories = new ArrayList<>();
    private final double[] upTo = new double[REPOSITORIES];
    private final Map<String, Resource> resources = new HashMap<>();

    Organization(Random random) {
        this.random = random;
        double sum = 0;
        for (int i = 0; i < REPOSITORIES; i++) {
            sum += 1.0 / (i + 1);
            upTo[i] = sum;
            int pages = 1 + 20 / (i + 4);
            boolean restricted = random.nextInt(5) == 0;
            repositories.add(new Repository(
                    i + 1, pages, random.nextInt(5) < 3, someone(), restricted ? Long.MIN_VALUE : Long.MAX_VALUE));
        }
    }

    private Set<String> someone() {
        Set<String> some = new HashSet<>();
        people.stream().filter(person -> random.nextInt(3) == 0).forEach(some::add);
        return some;
    }

    List<String> people() {
        return people;
    }

    String anybody() {
        return people.get(random.nextInt(PEOPLE));
    }

    List<Repository> first(int many) {
        return repositories.subList(0, many);
    }

    /** By Zipf's law with the exponent 1. */
    Repository any() {
        double at = random.nextDouble() * upTo[REPOSITORIES - 1];
        int i = 0;
        while (upTo[i] < at) {
            i++;
        }
        return repositories.get(i);
    }

    /** What is there, or null. */
    @Nullable
    Resource find(String person, String path, @Nullable String query) {
        boolean numbered = path.startsWith(NUMBERED);
        if (!numbered && !path.startsWith("/repos/")) {
            return resources.computeIfAbsent(person + path, name -> new Resource(name, personal(path), null));
        }
        String plain = numbered ? "/repos/acme/r" + path.substring(NUMBERED.length()) : path;
        String[] segments = plain.split("/", 5);
        Repository repository = repositories.get(Integer.parseInt(segments[3].substring(1)) - 1);
        String rest = segments.length > 4 ? segments[4] : "";
        if (rest.startsWith("contents/.github/") && repository.id() % 5 == 0) {
            return null;
        }
        return resources.computeIfAbsent(
                query == null ? plain : plain + '?' + query,
                name -> new Resource(name, nature(repository, rest, query), repository));
    }

    private static Resource.Nature personal(String path) {
        return path.startsWith("/search") ? Resource.Nature.CONFIRMED_EACH_TIME : Resource.Nature.OBJECT;
    }

    private static Resource.Nature nature(Repository repository, String rest, @Nullable String query) {
        if (rest.isEmpty()) {
            return Resource.Nature.OBJECT_BY_ROLE;
        }
        if (rest.startsWith("git/")) {
            return Resource.Nature.FOR_A_DAY;
        }
        boolean isList = rest.equals("issues") || rest.equals("pulls") || rest.equals("commits");
        int page = query != null && query.contains("&page=") ? Integer.parseInt(query.split("page=")[1]) : 1;
        int pages = rest.equals("commits") ? Integer.MAX_VALUE : repository.pages();
        String next = NUMBERED + repository.id() + '/' + rest + "?state=open&page=" + (page + 1);
        if (isList && page > pages) {
            return Resource.Nature.BEYOND;
        }
        return isList ? Resource.Nature.page(page < pages ? next : null) : Resource.Nature.OBJECT;
    }

    /** Something changes that may never have been read. */
    void change(String name, long now) {
        Resource resource = resources.get(name);
        if (resource != null) {
            resource.change(now);
        }
    }
}
