package dev.latchkey.gateway.github.cache;

/** A resource as one person sees it. The person and not the token, which comes and goes. */
record PersonalKey(String person, ResourceKey resource) {}
