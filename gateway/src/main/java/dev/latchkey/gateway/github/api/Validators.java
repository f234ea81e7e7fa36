package dev.latchkey.gateway.github.api;

import java.util.List;

/** What a caller holds and would rather hear is still good (RFC 9110, section 13.1). GitHub's tags depend on who asks. */
@FunctionalInterface
public interface Validators {

    /** Nothing is held. */
    Validators NONE = authorization -> List.of();

    /**
     * The tags for {@code If-None-Match}.
     *
     * @param authorization the value of the header the call goes out with
     */
    List<String> tags(String authorization);
}
