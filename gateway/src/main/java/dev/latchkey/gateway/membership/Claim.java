package dev.latchkey.gateway.membership;

/** Something that may be true of a person at GitHub. Names are compared without case, as GitHub does. */
public sealed interface Claim {

    /** An active member of that organisation. */
    record Organization(String login) implements Claim {}

    /** A member of that team, or of one below it. */
    record Team(String organization, String slug) implements Claim {}

    /** Somebody with at least that permission on a repository. */
    record Repository(String owner, String name, Permission permission) implements Claim {}
}
