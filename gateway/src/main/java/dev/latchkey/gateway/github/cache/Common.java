package dev.latchkey.gateway.github.cache;

import org.springframework.http.HttpHeaders;

/**
 * A body that somebody was given, without a word about whom. Nobody gets it of whom GitHub has not said, with that person's
 * own credential, that it is what they would get.
 *
 * @param headers those that speak of the body alone
 */
record Common(byte[] body, HttpHeaders headers, String vary) {

    String tagFor(String authorization, String accept) {
        return Tags.compute(authorization, accept, vary, body);
    }
}
