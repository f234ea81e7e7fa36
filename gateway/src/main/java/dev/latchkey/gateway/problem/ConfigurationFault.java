package dev.latchkey.gateway.problem;

/**
 * One thing that is wrong in what an operator wrote.
 *
 * @param place the property, or file and line
 * @param what what is wrong, quoting the value where it is no secret
 * @param remedy what to write instead
 */
public record ConfigurationFault(String place, String what, String remedy) {

    /** The three parts as one line for a terminal. */
    @Override
    public String toString() {
        return place + ": " + what + "\n    " + remedy;
    }
}
