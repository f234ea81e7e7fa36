package dev.latchkey.gateway.provider;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Makes a profile of what a provider tells of an account. What has no bound there has one here. */
final class ProfileReader {

    private static final int LONGEST = 1024;
    private static final Pattern SUBJECT = Pattern.compile("[!-~]{1,255}");
    private static final Pattern LOGIN = Pattern.compile("[A-Za-z0-9._@+-]{1,100}");
    private static final Pattern EMAIL = Pattern.compile("[^\\s@\\p{Cntrl}]{1,128}@[^\\s@\\p{Cntrl}]{1,253}");

    private final Provider provider;

    ProfileReader(Provider provider) {
        this.provider = provider;
    }

    /** @throws Problem {@code sign-in.profile.unusable} if it does not say by a fixed id whose it is */
    Profile read(Map<String, Object> told) {
        ClaimNames claims = provider.claims();
        String subject = subject(told);
        String email = email(told, claims.email());
        boolean verified = email != null && isTrue(told, claims.emailVerified()) && provider.vouchesFor(email);
        return new Profile(
                subject,
                provider.id() + ':' + login(told, verified ? email : null, subject),
                text(told, claims.name()),
                email,
                verified,
                picture(told, subject));
    }

    /** The same with the primary address of a list, as GitHub shows it. */
    Profile read(Map<String, Object> told, List<Map<String, Object>> emails) {
        Profile profile = read(told);
        for (Map<String, Object> email : emails) {
            String address = email(email, "email");
            if (address != null && isTrue(email, "primary") && isTrue(email, "verified")) {
                return new Profile(
                        profile.subject(),
                        profile.login(),
                        profile.name(),
                        address,
                        provider.vouchesFor(address),
                        profile.picture());
            }
        }
        return profile;
    }

    private String subject(Map<String, Object> told) {
        Object value = told.get(provider.claims().subject());
        if (value == null && (provider.kind() == ProviderKind.OAUTH2 || provider.kind() == ProviderKind.GOOGLE)) {
            value = told.get("id");
        }
        boolean number = value instanceof Integer || value instanceof Long;
        String subject = number || value instanceof String ? String.valueOf(value) : "";
        if (!SUBJECT.matcher(subject).matches()) {
            throw Problem.of(
                    ProblemCode.PROFILE_UNUSABLE, "The profile at " + provider.label() + " has no usable account id");
        }
        return subject;
    }

    private String login(Map<String, Object> told, @Nullable String verifiedEmail, String subject) {
        String login = text(told, provider.claims().login());
        if (login != null && LOGIN.matcher(login).matches()) {
            return login;
        }
        return verifiedEmail != null && LOGIN.matcher(verifiedEmail).matches() ? verifiedEmail : subject;
    }

    /** Discord tells a picture by its hash, Spotify in a list. */
    private @Nullable String picture(Map<String, Object> told, String subject) {
        if (provider.kind() == ProviderKind.DISCORD && told.get("avatar") instanceof String hash) {
            return hash.matches("[A-Za-z0-9_]{1,64}")
                    ? "https://cdn.discordapp.com/avatars/" + subject + '/' + hash + ".png"
                    : null;
        }
        if (provider.kind() == ProviderKind.SPOTIFY) {
            return told.get("images") instanceof List<?> images
                            && !images.isEmpty()
                            && images.get(0) instanceof Map<?, ?> first
                            && first.get("url") instanceof String url
                    ? address(url)
                    : null;
        }
        return address(text(told, provider.claims().picture()));
    }

    private static @Nullable String address(@Nullable String url) {
        return url != null && url.startsWith("https://") && url.length() <= LONGEST ? url : null;
    }

    private static @Nullable String email(Map<String, Object> told, @Nullable String name) {
        String text = text(told, name);
        return text != null && EMAIL.matcher(text).matches() ? text : null;
    }

    /** True and nothing like it: "true" as a text has been a way to forge this. */
    private static boolean isTrue(Map<String, Object> told, @Nullable String name) {
        return name != null && Boolean.TRUE.equals(told.get(name));
    }

    private static @Nullable String text(Map<String, Object> told, @Nullable String name) {
        boolean usable = name != null
                && told.get(name) instanceof String text
                && !text.isBlank()
                && text.length() <= LONGEST
                && text.chars().noneMatch(Character::isISOControl);
        return usable ? (String) told.get(name) : null;
    }
}
