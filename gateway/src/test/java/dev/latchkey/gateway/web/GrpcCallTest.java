package dev.latchkey.gateway.web;

import static org.assertj.core.api.Assertions.assertThat;

import dev.latchkey.gateway.problem.Problem;
import dev.latchkey.gateway.problem.ProblemCode;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.http.HttpHeaders;

/** How gRPC words what HTTP has a status for. */
class GrpcCallTest {

    @ParameterizedTest
    @EnumSource
    void everyProblemIsAFailureToGrpc(ProblemCode code) {
        HttpHeaders headers = new HttpHeaders();
        GrpcCall.refuse(headers, Problem.of(code), "0f");
        assertThat(Integer.parseInt(String.valueOf(headers.getFirst("grpc-status"))))
                .isBetween(1, 16);
        assertThat(headers.getFirst("grpc-message")).matches("([\\x20-\\x24\\x26-\\x7e]|%[0-9A-F]{2})+");
        assertThat(GrpcCall.isOver(headers)).isTrue();
    }

    @Test
    void whatIsNotPrintableIsEscaped() {
        HttpHeaders headers = new HttpHeaders();
        GrpcCall.refuse(headers, Problem.of(ProblemCode.REQUEST_MALFORMED, "caf\u00e9\r\n100%"), "0f");
        assertThat(headers.getFirst("grpc-message")).isEqualTo("caf%C3%A9%0D%0A100%25 (request 0f)");
        assertThat(Set.copyOf(headers.headerNames())).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/grpc", "Application/gRPC", "application/grpc+proto", "application/grpc; a=b"})
    void itsMediaTypesAreKnown(String type) {
        assertThat(GrpcCall.isContentType(type)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "application/json", "application/grpc-web", "application/grpc-web+proto", "application/grpcx"
            })
    void othersAreNot(String type) {
        assertThat(GrpcCall.isContentType(type)).isFalse();
        assertThat(GrpcCall.isContentType(null)).isFalse();
    }
}
