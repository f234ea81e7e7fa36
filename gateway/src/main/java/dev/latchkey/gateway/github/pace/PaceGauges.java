package dev.latchkey.gateway.github.pace;

import java.util.Set;

/** How it stands with calls to GitHub on this node, for whoever looks now and then. */
public interface PaceGauges {

    /** Calls that wait. */
    int waiting();

    /** Calls under way. */
    int underWay();

    /** The names by which quotas are told apart; a closed set. */
    Set<String> resources();

    /**
     * The part that is left of that quota to whoever has the least left, from 0 (spent) to 1 (whole); not a number while nobody
     * has used it. It may be a second old.
     */
    double leastLeft(String resource);
}
