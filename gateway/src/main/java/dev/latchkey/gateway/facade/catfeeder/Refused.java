package dev.latchkey.gateway.facade.catfeeder;

/** A call that Cat Feeder refuses in words of its own, which its clients know. */
final class Refused extends RuntimeException {

    private final int status;
    private final String error;

    Refused(int status, String message, String error) {
        super(message, null, false, false);
        this.status = status;
        this.error = error;
    }

    Answer answer(String title, boolean loggedIn) {
        return Answer.error(status, title, String.valueOf(getMessage()), error, loggedIn);
    }

    int status() {
        return status;
    }
}
