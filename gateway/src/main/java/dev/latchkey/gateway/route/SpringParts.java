package dev.latchkey.gateway.route;

import dev.latchkey.gateway.problem.EditDistance;
import java.lang.reflect.Constructor;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.BeanUtils;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.cloud.gateway.filter.FilterDefinition;
import org.springframework.cloud.gateway.filter.GatewayFilter;
import org.springframework.cloud.gateway.filter.OrderedGatewayFilter;
import org.springframework.cloud.gateway.filter.factory.GatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SecureHeadersGatewayFilterFactory;
import org.springframework.cloud.gateway.filter.factory.SecureHeadersProperties;
import org.springframework.cloud.gateway.handler.AsyncPredicate;
import org.springframework.cloud.gateway.handler.predicate.PredicateDefinition;
import org.springframework.cloud.gateway.handler.predicate.RoutePredicateFactory;
import org.springframework.cloud.gateway.support.ConfigurationService;
import org.springframework.cloud.gateway.support.HasRouteId;
import org.springframework.cloud.gateway.support.NameUtils;
import org.springframework.cloud.gateway.support.config.KeyValueConverter;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.Ordered;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.type.filter.AssignableTypeFilter;
import org.springframework.util.ClassUtils;
import org.springframework.validation.beanvalidation.OptionalValidatorFactoryBean;
import org.springframework.web.server.ServerWebExchange;

/** What Spring Cloud Gateway can do to a request, by the names that route files use for it. */
final class SpringParts {

    private static final Logger LOG = LoggerFactory.getLogger(SpringParts.class);
    private static final String FILTERS = "org.springframework.cloud.gateway.filter.factory";
    private static final String PREDICATES = "org.springframework.cloud.gateway.handler.predicate";

    private final Map<String, GatewayFilterFactory<?>> filters = new HashMap<>();
    private final Map<String, RoutePredicateFactory<?>> predicates = new HashMap<>();
    /** Known by name, and made only where the whole gateway runs. */
    private final Set<String> elsewhere;

    private final ConfigurationService configuration;

    SpringParts(
            List<GatewayFilterFactory<?>> filters,
            List<RoutePredicateFactory<?>> predicates,
            Set<String> elsewhere,
            ConfigurationService configuration) {
        filters.forEach(factory -> this.filters.put(factory.name(), factory));
        predicates.forEach(factory -> this.predicates.put(factory.name(), factory));
        this.elsewhere = elsewhere;
        this.configuration = configuration;
    }

    /** Those that can be made without a gateway around them; enough to check a route file. */
    static SpringParts standalone() {
        List<GatewayFilterFactory<?>> filters = new ArrayList<>();
        List<RoutePredicateFactory<?>> predicates = new ArrayList<>();
        Set<String> elsewhere = new TreeSet<>();
        filters.add(new SecureHeadersGatewayFilterFactory(new SecureHeadersProperties()));
        for (Class<?> type : classes(FILTERS, GatewayFilterFactory.class)) {
            if (made(type) instanceof GatewayFilterFactory<?> factory) {
                filters.add(factory);
            } else {
                elsewhere.add(NameUtils.normalizeFilterFactoryName(type.asSubclass(GatewayFilterFactory.class)));
            }
        }
        for (Class<?> type : classes(PREDICATES, RoutePredicateFactory.class)) {
            if (made(type) instanceof RoutePredicateFactory<?> factory) {
                predicates.add(factory);
            } else {
                elsewhere.add(NameUtils.normalizeRoutePredicateName(type.asSubclass(RoutePredicateFactory.class)));
            }
        }
        OptionalValidatorFactoryBean validator = new OptionalValidatorFactoryBean();
        validator.afterPropertiesSet();
        return new SpringParts(
                filters,
                predicates,
                elsewhere,
                new ConfigurationService(new DefaultListableBeanFactory(), SpringParts::conversion, () -> validator));
    }

    /** As Spring Cloud Gateway sets it up. */
    private static ConversionService conversion() {
        ApplicationConversionService conversion = new ApplicationConversionService();
        conversion.addConverter(new KeyValueConverter());
        return conversion;
    }

    private static List<Class<?>> classes(String packageName, Class<?> kind) {
        ClassPathScanningCandidateComponentProvider scanner = new ClassPathScanningCandidateComponentProvider(false);
        scanner.addIncludeFilter(new AssignableTypeFilter(kind));
        List<Class<?>> classes = new ArrayList<>();
        scanner.findCandidateComponents(packageName)
                .forEach(found ->
                        classes.add(ClassUtils.resolveClassName(String.valueOf(found.getBeanClassName()), null)));
        return classes;
    }

    private static @Nullable Object made(Class<?> type) {
        for (Constructor<?> constructor : type.getConstructors()) {
            if (constructor.getParameterCount() == 0) {
                return BeanUtils.instantiateClass(constructor);
            }
        }
        return null;
    }

    /** What was asked for, ready to run; the same objects serve every request. */
    record Made(List<GatewayFilter> filters, @Nullable AsyncPredicate<ServerWebExchange> condition) {

        static final Made NOTHING = new Made(List.of(), null);

        Made {
            filters = List.copyOf(filters);
        }
    }

    boolean isFilter(String name) {
        return filters.containsKey(name);
    }

    boolean isPredicate(String name) {
        return predicates.containsKey(name);
    }

    boolean isElsewhere(String name) {
        return elsewhere.contains(name);
    }

    /** The known name that is nearest to one that is not known. */
    String nearest(String unknown) {
        Set<String> names = new TreeSet<>(filters.keySet());
        names.addAll(predicates.keySet());
        names.addAll(elsewhere);
        return names.stream()
                .min(Comparator.comparingInt(name -> EditDistance.between(unknown, name)))
                .orElseThrow();
    }

    /** The filter, in the place that its line has. */
    GatewayFilter filter(
            String routeId, String name, Map<String, String> arguments, int line, @Nullable String jwtHeader) {
        FilterDefinition definition = new FilterDefinition();
        definition.setName(name);
        definition.setArgs(arguments);
        GatewayFilterFactory<?> factory = filters.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("There is no filter " + name);
        }
        GatewayFilter filter = filter(factory, routeId, definition, jwtHeader);
        LOG.debug("Route {} has the filter {}", routeId, filter);
        return filter instanceof Ordered ? filter : new OrderedGatewayFilter(filter, line);
    }

    private <C> GatewayFilter filter(
            GatewayFilterFactory<C> factory, String routeId, FilterDefinition definition, @Nullable String jwtHeader) {
        C bound = configuration
                .with(factory)
                .name(definition.getName())
                .properties(definition.getArgs())
                .bind();
        FilterBounds.check(factory.name(), bound, jwtHeader);
        if (bound instanceof HasRouteId hasRouteId) {
            hasRouteId.setRouteId(routeId);
        }
        return factory.apply(bound);
    }

    AsyncPredicate<ServerWebExchange> predicate(String name, Map<String, String> arguments) {
        PredicateDefinition definition = new PredicateDefinition();
        definition.setName(name);
        definition.setArgs(arguments);
        RoutePredicateFactory<?> factory = predicates.get(name);
        if (factory == null) {
            throw new IllegalArgumentException("There is no predicate " + name);
        }
        return predicate(factory, definition);
    }

    private <C> AsyncPredicate<ServerWebExchange> predicate(
            RoutePredicateFactory<C> factory, PredicateDefinition definition) {
        C bound = configuration
                .with(factory)
                .name(definition.getName())
                .properties(definition.getArgs())
                .bind();
        return factory.applyAsync(bound);
    }
}
