package dev.latchkey.gateway.github.cache;

/** A resource as one person sees it. The person and not the token, which comes and goes. */
record PersonalKey(String person, ResourceKey resource) {

    /** What that person sees elsewhere, asked for in the same way. */
    PersonalKey at(String path) {
        return new PersonalKey(person, resource.at(path));
    }
}
