/**
 * The world around the gateway, for its tests: a stand-in for GitHub, backends that tell what reached them, real Redis, a
 * real browser, people with cookies, and a clock that can be moved.
 */
package dev.latchkey.gateway.testing;
