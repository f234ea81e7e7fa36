package dev.latchkey.gateway;

import org.junit.jupiter.api.Test;
import org.springframework.modulith.core.ApplicationModules;

/** The packages' order, as each package states it, is kept by the code. */
class ModularityTest {

    @Test
    void everyPackageUsesOnlyWhatItSays() {
        ApplicationModules.of(GatewayApplication.class).verify();
    }
}
