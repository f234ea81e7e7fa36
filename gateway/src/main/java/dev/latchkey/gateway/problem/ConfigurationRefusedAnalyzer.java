package dev.latchkey.gateway.problem;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows an operator what is wrong instead of a stack trace. */
final class ConfigurationRefusedAnalyzer extends AbstractFailureAnalyzer<ConfigurationRefused> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, ConfigurationRefused cause) {
        List<ConfigurationFault> faults = cause.faults();
        String description = faults.stream().map(ConfigurationFault::toString).collect(Collectors.joining("\n"));
        String count = faults.size() == 1 ? "one fault" : faults.size() + " faults";
        return new FailureAnalysis(
                "The configuration has " + count + ":\n\n" + description,
                "Mend what is listed and start again. 'java -jar gateway.jar check' lists it without starting.",
                cause);
    }
}
