/** Trackeep's sign-in service: signs people in for instances elsewhere, and answers for them with tokens it hands out. */
@NullMarked
package dev.latchkey.gateway.facade.loginbroker;

import org.jspecify.annotations.NullMarked;
