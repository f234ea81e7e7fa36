/** Cat Feeder's helper for OAuth providers: sign-in by whichever provider, its administration, and its tokens. */
@NamedInterface("catfeeder")
@NullMarked
package dev.latchkey.gateway.facade.catfeeder;

import org.jspecify.annotations.NullMarked;
import org.springframework.modulith.NamedInterface;
