/**
 * Pacing towards GitHub's API: who may call when, so that no limit is ever met.
 *
 * <p>Whoever calls GitHub first enters by {@link dev.latchkey.gateway.github.pace.Pacer#enter}, tells the
 * {@link dev.latchkey.gateway.github.pace.Slot} what was answered, and is done with it once the answer's last byte is read:
 * <pre>{@code Mono.usingWhen(pacer.enter(call), slot -> exchange(slot), Slot::left)}</pre>
 * A slot is given on a thread of nobody's in particular; what is bound to an event loop goes back there by itself. Answers
 * from a cache enter nowhere. The gateway's own calls for a person carry {@link dev.latchkey.gateway.github.pace.Call#OWN} in
 * place of an app, and may use what is kept back for them.
 *
 * <p>{@code Ledger} is the pure heart: what is known of one principal, and when a call may go. {@code Desk} is where the calls
 * of a node wait; it writes each decision to the store by compare and set before it acts on it, so that nodes decide as one.
 */
@NamedInterface("pace")
@NullMarked
package dev.latchkey.gateway.github.pace;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
