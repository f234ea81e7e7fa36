package dev.latchkey.gateway.actions;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The repository that a token's {@code sub} names, in its older form ({@code repo:acme/wiki:…}) or in that of repositories
 * made, renamed or moved since July 2026 ({@code repo:acme@1/wiki@2:…}). An organisation may have its own form, which is
 * none of these.
 */
record Subject(
        String repository,
        @Nullable String ownerId,
        @Nullable String repositoryId) {

    private static final String NAME = "[A-Za-z0-9_.-]{1,100}";
    private static final String NUMBER = "(?:@([0-9]{1,18}))?";
    private static final Pattern FORM =
            Pattern.compile("repo:(" + NAME + ")" + NUMBER + "/(" + NAME + ")" + NUMBER + "(?::.*)?");

    static @Nullable Subject parse(String text) {
        Matcher form = FORM.matcher(text);
        return form.matches() ? new Subject(form.group(1) + "/" + form.group(3), form.group(2), form.group(4)) : null;
    }
}
