/** Installation tokens as packit/tokman handed them out, to callers who are known. */
@NullMarked
package dev.latchkey.gateway.facade.tokman;

import org.jspecify.annotations.NullMarked;
