package dev.latchkey.gateway.github.pace;

/** Which of GitHub's APIs is called, and for GraphQL whether the document changes anything. */
public enum Kind {
    REST,
    GRAPHQL_QUERY,
    GRAPHQL_MUTATION
}
