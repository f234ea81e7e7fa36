package dev.latchkey.gateway.web;

/** Says what became of a terminal. */
public record DeviceDonePage(boolean allowed) {}
