package dev.latchkey.gateway.watch;

/** Takes down what auditors ask for. Telling costs the teller next to nothing and never waits for where it is written. */
public interface Audit {

    /** Hears and forgets, for parts that stand alone. */
    Audit NONE = event -> {};

    void tell(AuditEvent event);
}
