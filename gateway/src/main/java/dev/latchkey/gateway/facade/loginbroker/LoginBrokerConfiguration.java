package dev.latchkey.gateway.facade.loginbroker;

import dev.latchkey.gateway.github.GitHubReads;
import dev.latchkey.gateway.installation.InstallationTokens;
import dev.latchkey.gateway.keys.KeyRing;
import dev.latchkey.gateway.login.DelegatedSignIn;
import dev.latchkey.gateway.problem.ConfigurationFaults;
import dev.latchkey.gateway.provider.GitHub;
import dev.latchkey.gateway.route.BuiltInServer;
import dev.latchkey.gateway.route.CredentialReader;
import dev.latchkey.gateway.route.Routes;
import dev.latchkey.gateway.store.Store;
import dev.latchkey.gateway.token.ApiTokens;
import dev.latchkey.gateway.vault.TokenVault;
import dev.latchkey.gateway.web.GatewayAddress;
import dev.latchkey.gateway.web.SecurityHeaders;
import java.time.Clock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

@Configuration(proxyBeanMethods = false)
@EnableConfigurationProperties(LoginBrokerProperties.class)
class LoginBrokerConfiguration {

    private static final Logger LOG = LoggerFactory.getLogger(LoginBrokerConfiguration.class);

    @Bean
    BrokerTokens brokerTokens(
            ApiTokens tokens,
            LoginBrokerProperties properties,
            Routes routes,
            TokenVault vault,
            Store store,
            KeyRing keys,
            GatewayAddress address,
            Clock clock) {
        ConfigurationFaults faults = new ConfigurationFaults();
        SignedTokens signed = new SignedTokens(properties.secrets(clock, faults), address.origin(), clock);
        faults.throwIfAny();
        return new BrokerTokens(tokens, signed, properties, routes, vault, store, keys, clock);
    }

    @Bean
    CredentialReader brokerTokenReader(BrokerTokens tokens) {
        return new BrokerTokenReader(tokens);
    }

    @Bean
    BuiltInServer loginBrokerServer(
            DelegatedSignIn signIn,
            BrokerTokens tokens,
            LoginBrokerProperties properties,
            GitHubReads reads,
            GitHub gitHub,
            TokenVault vault,
            InstallationTokens installations,
            Store store,
            KeyRing keys,
            GatewayAddress address,
            SecurityHeaders security,
            Clock clock) {
        ConfigurationFaults faults = new ConfigurationFaults();
        ReturnTargets targets = ReturnTargets.read(properties.returnTargets(), faults);
        Cors cors = Cors.read(properties.corsAllowedOrigins(), faults);
        if (properties.exposesAny() && installations.isOn() && properties.appSlug() == null) {
            faults.add(
                    "latchkey.login-broker.app-slug",
                    "it is missing, and instances may be told tokens of an App's installations",
                    "Write what follows github.com/apps/ in the App's address.");
        }
        faults.throwIfAny();
        if (properties.tokenInQuery().equals(LoginBrokerProperties.JWT_WITH_GITHUB_TOKEN)) {
            LOG.warn("latchkey.login-broker.token-in-query puts people's GitHub tokens into addresses, where browsers,"
                    + " proxies and logs keep them. Go on to 'code' as soon as every instance can redeem one");
        }
        if (targets.onlyOrigin() == null && !properties.returnTargets().isEmpty()) {
            LOG.info(
                    "latchkey.login-broker.return-targets may be several instances: one that does not say by redirect_uri"
                            + " who it is redeems nothing but on a route of its own in latchkey.login-broker.instances");
        }
        Instances instances = new Instances(properties.instances(), targets);
        OneTimeCodes codes = new OneTimeCodes(store, keys, clock);
        Visits visits = new Visits(store, keys, clock);
        JsonAnswers json = new JsonAnswers(security);
        return new LoginBrokerServer(
                new BrokeredSignIn(signIn, targets, instances, codes, tokens, visits, properties, address, json),
                tokens,
                codes,
                visits,
                new GitHubFace(reads, gitHub, vault, installations, properties),
                targets,
                instances,
                cors,
                json,
                clock);
    }
}
