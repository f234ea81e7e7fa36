package dev.latchkey.gateway.github.pace;

/** Is shown what is left of quotas. */
interface LeftOver {

    /**
     * @param resource the quota; a closed set
     * @param part from 0 (spent) to 1 (whole)
     */
    void see(String resource, double part);
}
