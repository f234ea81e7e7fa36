/** The application, and the one list of stages that every request passes. */
@NullMarked
package dev.latchkey.gateway;

import org.jspecify.annotations.NullMarked;
