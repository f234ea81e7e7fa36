package dev.latchkey.gateway.link;

/**
 * What a chat has asked for and nobody has decided yet, as it is stored.
 *
 * @param user the chat's key for the account that is to be linked
 * @param room where the chat was asked for it
 * @param done what the last page says in the chat's own words; may be empty
 */
record LinkAsk(String user, String room, String done) {}
