package dev.latchkey.gateway.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.platform.commons.support.AnnotationSupport;

/** A test class that runs a program of the machine's: skipped without it, or failed where {@code CI} is {@code true}. */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ProgramTest.Condition.class)
public @interface ProgramTest {

    /** The program's name; in Debian the package has it too, but for promtool, which is in prometheus. */
    String value();

    final class Condition implements ExecutionCondition {

        @Override
        public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
            String name = AnnotationSupport.findAnnotation(context.getRequiredTestClass(), ProgramTest.class)
                    .orElseThrow()
                    .value();
            return Prerequisite.check(Program.isAvailable(name), name, "install it, or put it on the PATH");
        }
    }
}
