/** How a chat's server asks for links, looks at them and ends them, on the internal port. */
@NullMarked
package dev.latchkey.gateway.facade.links;

import org.jspecify.annotations.NullMarked;
