package dev.latchkey.gateway.web;

/**
 * Asks whether an account of a chat may act as somebody.
 *
 * @param user the account of the chat
 * @param room where the chat was asked for it; may be empty
 * @param login as whom it would act
 * @param life for how long, in words
 * @param ticket what the form brings back, and nobody else can make
 */
public record LinkPage(String user, String room, String login, String life, String ticket) {

    public LinkPage {
        user = DisplayText.line(user);
        room = DisplayText.line(room);
        login = DisplayText.line(login);
    }

    boolean hasRoom() {
        return !room.isEmpty();
    }
}
