package dev.latchkey.gateway.testing;

/** One family of GitHub's endpoints. A new family is a new class, named in {@link GitHubStub}'s list. */
interface Endpoints {

    void addTo(Routes routes);
}
