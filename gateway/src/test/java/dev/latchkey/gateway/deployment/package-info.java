/** What runs the gateway elsewhere, compared with what the gateway knows: the image, the compose file, the chart. */
package dev.latchkey.gateway.deployment;
