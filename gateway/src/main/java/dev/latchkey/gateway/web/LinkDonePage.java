package dev.latchkey.gateway.web;

import java.time.Instant;

/**
 * Says that an account of a chat is linked.
 *
 * @param login as whom it acts
 * @param words what the chat wants said; may be empty
 * @param endsAt until when
 */
public record LinkDonePage(String user, String login, String words, Instant endsAt) {

    public LinkDonePage {
        user = DisplayText.line(user);
        login = DisplayText.line(login);
        words = DisplayText.sentence(words);
    }

    boolean hasWords() {
        return !words.isEmpty();
    }

    PageTime end() {
        return PageTime.of(endsAt);
    }
}
