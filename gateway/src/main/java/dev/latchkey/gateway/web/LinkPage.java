package dev.latchkey.gateway.web;

/**
 * Asks whether an account of a chat may act as somebody.
 *
 * @param user the account of the chat
 * @param room where the chat was asked for it; may be empty
 * @param login as whom it would act
 * @param life for how long, in words
 * @param ask what the form brings back to be decided, and nobody else can make
 * @param ticket what shows that a person has this page open
 */
public record LinkPage(String user, String room, String login, String life, String ask, String ticket) {

    public LinkPage {
        user = DisplayText.line(user);
        room = DisplayText.line(room);
        login = DisplayText.line(login);
    }

    boolean hasRoom() {
        return !room.isEmpty();
    }
}
