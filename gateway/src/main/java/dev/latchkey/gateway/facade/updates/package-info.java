/** Trackeep's update check: whether a repository has a newer release than the one that runs, asked as the person who wonders. */
@NullMarked
package dev.latchkey.gateway.facade.updates;

import org.jspecify.annotations.NullMarked;
