package dev.latchkey.gateway.github.pace;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RouteTemplatesTest {

    @ParameterizedTest
    @CsvSource({
        "/, /",
        "/user, /user",
        "/user/repos, /user/repos",
        "/graphql, /graphql",
        "/repos/acme/wiki, /repos/{owner}/{repo}",
        "/repos/acme/wiki/issues, /repos/{owner}/{repo}/issues",
        "/repos/issues/pulls/issues, /repos/{owner}/{repo}/issues",
        "/repos/acme/wiki/issues/7/comments, /repos/{owner}/{repo}/issues/{issue_number}/comments",
        "/repos/acme/wiki/issues/comments/7, /repos/{owner}/{repo}/issues/comments/{comment_id}",
        "/repos/acme/wiki/contents/a/b/c.txt, /repos/{owner}/{repo}/contents/{path}",
        "/repos/acme/wiki/contents/a%2Fb, /repos/{owner}/{repo}/contents/{path}",
        "/repos/acme/wiki/branches/feature%2Fx, /repos/{owner}/{repo}/branches/{branch}",
        "/repos/acme/wiki/branches/feature/x, /repos/{owner}/{repo}/branches/{branch}",
        "/repos/acme/wiki/branches/main/protection, /repos/{owner}/{repo}/branches/{branch}/protection",
        "/repos/acme/wiki/git/ref/heads/main, /repos/{owner}/{repo}/git/ref/{ref}",
        "/repos/acme/wiki/compare/main...next, /repos/{owner}/{repo}/compare/{basehead}",
        "/repositories/1/issues, /repos/{owner}/{repo}/issues",
        "/organizations/1/repos, /orgs/{org}/repos",
        "/user/1/repos, /users/{username}/repos",
        "/orgs/acme/teams/eng/members, /orgs/{org}/teams/{team_slug}/members",
        "/search/issues, /search/issues",
    })
    void namesAPathAsGitHubsDescriptionDoes(String path, String template) {
        assertThat(RouteTemplates.of(path)).isEqualTo(template);
    }

    @ParameterizedTest
    @CsvSource({
        "octocat", "/octocat-the-person", "/repos", "/repos/acme", "/repos/acme/wiki/nothing/such",
        "/repos/acme/wiki/", "/repos//wiki/issues", "/Repos/acme/wiki", "/repos%2Facme/wiki/issues",
                "/user/repos/octocat/x"
    })
    void namesNothingThatStrangersMakeUp(String path) {
        assertThat(RouteTemplates.of(path)).isEqualTo("other");
    }

    /** A name of a person or an organization in a label would be somebody's, and would be one more series for each. */
    @Test
    void everyTemplateIsFoundByWhatItStandsForAndByNothingInIt() throws IOException {
        List<String> templates;
        try (var resource = RouteTemplates.class.getResourceAsStream("route-templates.txt")) {
            templates = new String(resource.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> line.startsWith("/"))
                    .toList();
        }
        assertThat(templates).hasSizeGreaterThan(800).doesNotHaveDuplicates();
        for (String template : templates) {
            String found = RouteTemplates.of(template.replaceAll("\\{[^}]*}", "zzz-name"));
            assertThat(templates).contains(found);
            assertThat(found.replaceAll("\\{[^}]*}", "{}").replaceAll("\\{}[.]+\\{}", "{}"))
                    .isEqualTo(template.replaceAll("\\{[^}]*}", "{}").replaceAll("\\{}[.]+\\{}", "{}"));
        }
    }

    @Test
    void aPathOfManySlashesIsNamedLikeAnyOther() {
        assertThat(RouteTemplates.of("/repos/a/b/contents/" + "x/".repeat(2_000) + "y"))
                .isEqualTo("/repos/{owner}/{repo}/contents/{path}");
        assertThat(RouteTemplates.of("/x".repeat(4_000))).isEqualTo("other");
    }
}
