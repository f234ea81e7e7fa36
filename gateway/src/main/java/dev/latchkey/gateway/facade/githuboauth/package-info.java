/** GitHub's sign-in addresses, for clients that know no other: they are given gateway tokens, never GitHub's. */
@NullMarked
package dev.latchkey.gateway.facade.githuboauth;

import org.jspecify.annotations.NullMarked;
