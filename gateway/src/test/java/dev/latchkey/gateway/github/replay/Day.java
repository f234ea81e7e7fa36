package dev.latchkey.gateway.github.replay;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * Who reads what on a working day. Everybody has a board open that looks again each half minute, every fifth person twice;
 * three screens on walls and four bots go on through the night; each push brings a job of CI, which reads much that nobody
 * has read before; and people browse. Between nine and six there are some hundred pushes and issues an hour, at night few.
 */
final class Day {

    private static final long SECOND = 1_000;
    private static final long MINUTE = 60 * SECOND;
    private static final long HOUR = 60 * MINUTE;
    private static final int OPENS = 8;
    private static final int CLOSES = 18;

    private final Replay replay;
    private final Random random;
    private final Organization organization;
    private final long midnight = Replay.MIDNIGHT.toEpochMilli();

    private record Item(String path, @Nullable String query) {}

    Day(Replay replay) {
        this.replay = replay;
        this.random = replay.random();
        this.organization = replay.organization();
    }

    /** Replays a part of a day and gives back what came of it. */
    static Replay replayed(long seed, Duration beginning, Duration length) {
        return replayed(seed, beginning, Duration.ZERO, length);
    }

    /** The same after so long a time that nothing is counted in. */
    static Replay replayed(long seed, Duration beginning, Duration before, Duration length) {
        Replay replay = new Replay(seed, beginning);
        new Day(replay).begin();
        replay.run(before);
        replay.countAnew();
        replay.run(length);
        return replay;
    }

    private void begin() {
        List<String> people = organization.people();
        for (int i = 0; i < people.size(); i++) {
            String person = people.get(i);
            List<Item> board = board(person);
            for (int tab = 0; tab < (i % 5 == 0 ? 2 : 1); tab++) {
                again(30 * SECOND, () -> atWork(() -> all(person, "board", board)));
            }
            again(MINUTE, () -> atWork(() -> browse(person)));
            again(5 * MINUTE, () -> atWork(() -> replay.read(person, "board", "/search/issues", "q=is:open")));
            again(90 * MINUTE, () -> atWork(() -> comment(person)));
            again(20 * MINUTE, () -> atWork(() -> change(person + "/notifications")));
        }
        people.subList(0, 3).forEach(person -> {
            List<Item> wall = wall();
            again(30 * SECOND, () -> all(person, "wall", wall));
        });
        people.subList(3, 7).forEach(person -> again(MINUTE, () -> patrol(person)));
        again(40 * SECOND, () -> duringTheDay(this::push));
        again(25 * SECOND, () -> duringTheDay(this::talk));
        again(4 * HOUR, () -> hide(organization.any()));
    }

    // When

    /** Again and again, but for a first time at any moment of the first span, and never quite on time. */
    private void again(long span, Runnable what) {
        replay.time().after((long) (random.nextDouble() * span), new Runnable() {
            @Override
            public void run() {
                what.run();
                replay.time().after(span - span / 20 + (long) (random.nextDouble() * span / 10), this);
            }
        });
    }

    private void atWork(Runnable what) {
        long hour = (replay.time().now() - midnight) / HOUR % 24;
        if (hour >= OPENS && hour < CLOSES) {
            what.run();
        }
    }

    private void duringTheDay(Runnable what) {
        long hour = (replay.time().now() - midnight) / HOUR % 24;
        if (hour >= OPENS && hour < CLOSES || random.nextInt(8) == 0) {
            what.run();
        }
    }

    // Who reads

    private void all(String person, String app, List<Item> items) {
        items.forEach(item -> replay.read(person, app, item.path(), item.query()));
    }

    private List<Item> board(String person) {
        List<Item> board = new ArrayList<>(List.of(new Item("/notifications", null), new Item("/user", null)));
        for (int i = 0; i < 3; i++) {
            Repository repository = seen(person);
            board.add(new Item(repository.path(), null));
            board.add(new Item(repository.path() + "/issues", "state=open"));
            board.add(new Item(repository.path() + "/pulls", "state=open"));
            board.add(new Item(repository.path() + "/actions/runs", null));
        }
        return board;
    }

    private Repository seen(String person) {
        Repository repository = organization.any();
        return repository.isSeenBy(person, replay.time().now()) ? repository : seen(person);
    }

    private List<Item> wall() {
        List<Item> wall = new ArrayList<>();
        for (Repository repository : organization.first(20)) {
            wall.add(new Item(repository.path() + "/actions/runs", null));
            wall.add(new Item(repository.path() + "/pulls", "state=open"));
        }
        return wall;
    }

    /** A bot goes round the repositories within its minute. */
    private void patrol(String person) {
        List<Repository> round = organization.first(50);
        for (int i = 0; i < round.size(); i++) {
            Repository repository = round.get(i);
            if (repository.isSeenBy(person, replay.time().now())) {
                replay.time().after(i * SECOND, () -> {
                    replay.read(person, "bot", repository.path() + "/issues", "state=open");
                    replay.read(person, "bot", repository.path() + "/pulls", "state=open");
                });
            }
        }
    }

    /** Mostly what is there and may be seen, and now and then not. */
    private void browse(String person) {
        Repository repository = random.nextInt(50) == 0 ? organization.any() : seen(person);
        String path = repository.path();
        replay.read(person, "web", path, null);
        switch (random.nextInt(6)) {
            case 0 -> pages(person, repository, "issues");
            case 1 -> pages(person, repository, "pulls");
            case 2 -> pages(person, repository, "commits");
            case 3 -> replay.read(person, "web", path + "/issues/" + number(), null);
            case 4 -> {
                String issue = path + "/issues/" + number();
                replay.read(person, "web", issue, null);
                replay.read(person, "web", issue + "/comments", null);
            }
            default -> replay.read(person, "web", path + "/contents/README.md", null);
        }
    }

    /** From page to page by GitHub's links, which name a repository by its number. */
    private void pages(String person, Repository repository, String list) {
        replay.read(person, "web", repository.path() + '/' + list, "state=open");
        int pages = Math.min(repository.pages(), 1 + random.nextInt(3));
        for (int page = 2; page <= pages; page++) {
            String query = "state=open&page=" + page;
            String path = "/repositories/" + repository.id() + '/' + list;
            replay.time().after(page * SECOND, () -> replay.read(person, "web", path, query));
        }
    }

    /** One of twenty, the newest most often. */
    private int number() {
        return 1 + (int) (20 * random.nextDouble() * random.nextDouble());
    }

    private void comment(String person) {
        replay.write(person, seen(person).path() + "/issues/" + number(), "/comments");
    }

    // What happens

    private void push() {
        Repository repository = organization.any();
        String path = repository.path();
        String sha = path + "/commits/" + sha(repository, repository.push());
        change(path);
        change(path + "/commits?state=open");
        change(path + "/actions/runs");
        if (random.nextInt(10) == 0) {
            change(path + "/contents/README.md");
        }
        replay.tell(repository, "push");
        String person = seen(repository);
        replay.time().after(5 * SECOND + random.nextInt(20_000), () -> job(person, repository, sha));
        for (int i = 1; i <= 3; i++) {
            replay.time().after(i * 2 * MINUTE, () -> {
                change(path + "/actions/runs");
                change(sha + "/check-runs");
                replay.tell(repository, "check_run");
            });
        }
    }

    private String seen(Repository repository) {
        String person = organization.anybody();
        return repository.isSeenBy(person, replay.time().now()) ? person : seen(repository);
    }

    private static String sha(Repository repository, int head) {
        return String.format("%040x", repository.id() * 1_000_000L + head);
    }

    /** A job reads what is new with its commit, and waits for others' checks. */
    private void job(String person, Repository repository, String sha) {
        String path = repository.path();
        all(
                person,
                "ci",
                List.of(
                        new Item(path, null),
                        new Item(sha, null),
                        new Item(path + "/git/trees/" + sha.substring(sha.length() - 40), null),
                        new Item(path + "/contents/package.json", null),
                        new Item(path + "/contents/.github/labeler.yml", null),
                        new Item(path + "/releases/latest", null),
                        new Item(path + "/pulls", "state=open"),
                        new Item("/user", null)));
        for (int i = 1; i <= 10; i++) {
            replay.time().after(i * 20 * SECOND, () -> replay.read(person, "ci", sha + "/check-runs", null));
        }
    }

    /** Somebody says something about an issue or a pull request. */
    private void talk() {
        Repository repository = organization.any();
        String path = repository.path();
        boolean pull = random.nextInt(3) == 0;
        int page = 1 + (int) (repository.pages() * random.nextDouble() * random.nextDouble());
        String issue = path + "/issues/" + number();
        change(issue);
        change(issue + "/comments");
        change(path + "/issues?state=open" + (page == 1 ? "" : "&page=" + page));
        if (pull) {
            change(path + "/pulls?state=open");
        }
        replay.tell(repository, "issues");
    }

    private void change(String name) {
        organization.change(name, replay.time().now());
    }

    private void hide(Repository repository) {
        repository.hide(replay.time().now());
        replay.tell(repository, "repository");
    }

    /** {@code day-replay [seed] [from, hour] [for, hours] [before, hours]} */
    public static void main(String[] args) {
        long seed = args.length > 0 ? Long.parseLong(args[0]) : 1;
        long from = args.length > 1 ? Long.parseLong(args[1]) : 0;
        long hours = args.length > 2 ? Long.parseLong(args[2]) : 24;
        long before = args.length > 3 ? Long.parseLong(args[3]) : 0;
        Instant began = Instant.now();
        Replay day = replayed(seed, Duration.ofHours(from), Duration.ofHours(before), Duration.ofHours(hours));
        System.out.print(day.table());
        System.out.println("Seed " + seed + ", " + hours + " h from " + (from + before) % 24 + ":00"
                + (before == 0 ? ", from nothing" : ", after " + before + " h") + ", replayed in "
                + Duration.between(began, Instant.now()).toSeconds() + " s");
        if (!day.tally().firstFault().isEmpty()) {
            System.out.println("First: " + day.tally().firstFault());
        }
        System.exit(0);
    }
}
