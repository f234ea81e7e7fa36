package dev.latchkey.gateway.installation;

/** GitHub no longer knows the installation, or it no longer reaches the repository: what is known of it is out of date. */
final class InstallationGone extends RuntimeException {

    InstallationGone() {
        super("the installation is gone", null, false, false);
    }
}
