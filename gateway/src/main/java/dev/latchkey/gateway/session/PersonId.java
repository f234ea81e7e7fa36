package dev.latchkey.gateway.session;

/**
 * Who somebody is, for ever: a provider and that provider's own id for the person. Never a login, which can be renamed
 * and taken by somebody else.
 *
 * @param provider the provider's registration id, such as {@code github}
 * @param subject the provider's id; for GitHub the account's number
 */
public record PersonId(String provider, String subject) {

    /** The form used as {@code sub} of the identity JWT and in store keys: {@code github:583231}. */
    @Override
    public String toString() {
        return provider + ':' + subject;
    }
}
