package dev.latchkey.gateway.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.ConfigurationFaults;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a folder serves from one look to the next. */
class RouteFolderTest {

    @TempDir
    private Path folder;

    private RouteFolder routes;

    @BeforeEach
    void startWithOne() throws IOException {
        write("wiki", "path: /wiki\nto: http://a\nallow: [signed-in]\n");
        routes = new RouteFolder(folder);
        ConfigurationFaults faults = new ConfigurationFaults();
        assertThat(routes.read(faults)).hasSize(1);
        assertThat(faults.isEmpty()).isTrue();
    }

    private void write(String id, String yaml) throws IOException {
        Files.writeString(folder.resolve(id + ".yaml"), yaml);
    }

    private List<String> serving() {
        RouteFolder.Contents contents = lookUntilSettled();
        return contents.routes().stream()
                .map(route -> route.id() + route.path() + route.allow().get(0).line())
                .toList();
    }

    /** The first look sees a change, the second believes it. */
    private RouteFolder.Contents lookUntilSettled() {
        assertThat(routes.look()).isNull();
        assertThat(routes.isWaiting()).isTrue();
        RouteFolder.Contents contents = routes.look();
        assertThat(contents).isNotNull();
        assertThat(routes.isWaiting()).isFalse();
        assertThat(routes.look()).isNull();
        return contents;
    }

    @Test
    void seesNothingWhereNothingChanged() {
        assertThat(routes.look()).isNull();
        assertThat(routes.isWaiting()).isFalse();
    }

    @Test
    void takesUpWhatIsAddedChangedAndRemoved() throws IOException {
        write("notes", "path: /notes\nto: http://b\nallow: [anyone]\n");
        assertThat(serving()).containsExactly("notes/notesanyone", "wiki/wikisigned-in");
        write("notes", "path: /notes\nto: http://b\nallow: [user:me]\n");
        assertThat(serving()).containsExactly("notes/notesuser:me", "wiki/wikisigned-in");
        Files.delete(folder.resolve("wiki.yaml"));
        assertThat(serving()).containsExactly("notes/notesuser:me");
    }

    @Test
    void keepsTheVeryRouteOfAFileThatDidNotChange() throws IOException {
        write("notes", "path: /notes\nto: http://b\nallow: [anyone]\n");
        Route before = byId(lookUntilSettled(), "wiki");
        write("notes", "path: /notes\nto: http://c\nallow: [anyone]\n");
        assertThat(byId(lookUntilSettled(), "wiki")).isSameAs(before);
    }

    private static Route byId(RouteFolder.Contents contents, String id) {
        return contents.routes().stream()
                .filter(route -> route.id().equals(id))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void waitsUntilAFileIsWritten() throws IOException {
        write("wiki", "path: /wiki\n");
        assertThat(routes.look()).isNull();
        write("wiki", "path: /wiki\nto: http://a\nallow: [anyone]\n");
        assertThat(routes.look()).isNull();
        assertThat(routes.look().routes().get(0).allow()).containsExactly(new Rule.Anyone());
    }

    @Test
    void keepsTheLastGoodVersionOfAWrongFile() throws IOException {
        write("wiki", "path: /wiki\nto: http://a\nallow: [everybody]\n");
        RouteFolder.Contents wrong = lookUntilSettled();
        assertThat(wrong.routes()).hasSize(1);
        assertThat(wrong.routes().get(0).allow()).containsExactly(new Rule.SignedIn());
        assertThat(wrong.faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.place()).endsWith("wiki.yaml:3"));

        write("wiki", "path: /wiki\nto: http://a\nallow: [user:me]\n");
        RouteFolder.Contents mended = lookUntilSettled();
        assertThat(mended.faults()).isEmpty();
        assertThat(mended.routes().get(0).allow()).containsExactly(new Rule.User("me"));
    }

    @Test
    void keepsEverythingWhileTheFolderIsAway() throws IOException {
        Path aside = folder.resolveSibling(folder.getFileName() + "-aside");
        Files.move(folder, aside);
        assertThat(routes.look()).isNull();
        assertThat(routes.look()).isNull();
        Files.move(aside, folder);
        assertThat(routes.look()).isNull();
    }

    @Test
    void refusesAnAddressThatIsTakenUntilItIsFree() throws IOException {
        write("a", "path: /wiki\nto: http://b\nallow: [anyone]\n");
        RouteFolder.Contents contents = lookUntilSettled();
        assertThat(contents.routes())
                .singleElement()
                .satisfies(route -> assertThat(route.id()).isEqualTo("wiki"));
        assertThat(contents.faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.what()).contains("same host and path as route wiki"));

        write("wiki", "path: /elsewhere\nto: http://a\nallow: [signed-in]\n");
        assertThat(serving()).containsExactly("a/wikianyone", "wiki/elsewheresigned-in");
    }

    @Test
    void refusesASecondFileOfTheSameId() throws IOException {
        Files.writeString(folder.resolve("wiki.yml"), "path: /x\nto: http://b\nallow: [anyone]\n");
        RouteFolder.Contents contents = lookUntilSettled();
        assertThat(contents.routes()).hasSize(1);
        assertThat(contents.faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault.what()).contains("another file for the id wiki"));
    }

    @Test
    void letsTwoFilesSwapAddresses() throws IOException {
        write("a", "path: /notes\nto: http://b\nallow: [anyone]\n");
        serving();
        write("a", "path: /wiki\nto: http://b\nallow: [anyone]\n");
        write("wiki", "path: /notes\nto: http://a\nallow: [signed-in]\n");
        assertThat(serving()).containsExactly("a/wikianyone", "wiki/notessigned-in");
    }

    @Test
    void seesThatPatternsWithOtherVariablesAreTheSame() throws IOException {
        write("a", "path: /x/{one}\nto: http://b\nallow: [anyone]\n");
        write("b", "path: /x/{two}\nto: http://b\nallow: [anyone]\n");
        assertThat(lookUntilSettled().faults()).hasSize(1);
    }

    /** A ConfigMap: files are links into a folder that is a link itself, and that one link is swapped. */
    @Test
    void followsSwappedLinks() throws IOException {
        Path volume = Files.createDirectory(folder.resolveSibling(folder.getFileName() + "-volume"));
        generation(volume, "..1", "signed-in");
        Files.createSymbolicLink(volume.resolve("..data"), Path.of("..1"));
        Files.createSymbolicLink(volume.resolve("wiki.yaml"), Path.of("..data", "wiki.yaml"));
        routes = new RouteFolder(volume);
        assertThat(routes.read(new ConfigurationFaults())).hasSize(1);

        generation(volume, "..2", "user:you01");
        Files.createSymbolicLink(volume.resolve("..data_tmp"), Path.of("..2"));
        Files.move(volume.resolve("..data_tmp"), volume.resolve("..data"), StandardCopyOption.ATOMIC_MOVE);
        assertThat(serving()).containsExactly("wiki/wikiuser:you01");
    }

    private static void generation(Path volume, String name, String rule) throws IOException {
        Path generation = Files.createDirectory(volume.resolve(name));
        Files.writeString(generation.resolve("wiki.yaml"), "path: /wiki\nto: http://a\nallow: [" + rule + "]\n");
    }
}
