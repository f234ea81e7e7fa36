package dev.latchkey.gateway.ops.migrate;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Every option of oauth2-proxy 7.15, and what becomes of it here. Those that are converted are read by the converters; each
 * of the others has a sentence, so that nothing is dropped without a word.
 *
 * <p>The names are those of oauth2-proxy's documentation (docs/configuration).
 */
final class KnownOptions {

    /** One or more to a line: names, a bar, and what to say; without a bar a converter reads them. */
    private static final String TABLE = """
            client_id client_secret client_secret_file provider scope login_url redeem_url validate_url
            github_org github_team github_repo github_users allowed_groups email_domains authenticated_emails_file
            redirect_url proxy_prefix http_address https_address tls_cert_file tls_key_file
            reverse_proxy trusted_proxy_ips real_client_ip_header whitelist_domains force_https
            cookie_expire cookie_secure cookie_samesite cookie_domains cookie_httponly cookie_path
            upstreams upstream_timeout pass_host_header proxy_websockets ssl_upstream_insecure_skip_verify
            pass_access_token pass_user_headers set_xauthrequest pass_authorization_header set_authorization_header
            pass_basic_auth set_basic_auth basic_auth_password prefer_email_to_user skip_auth_strip_headers
            skip_auth_routes skip_auth_regex skip_auth_preflight api_routes trusted_ips
            session_store_type redis_connection_url redis_cluster_connection_urls redis_sentinel_connection_urls
            redis_sentinel_master_name redis_password redis_username redis_sentinel_password redis_use_cluster
            redis_use_sentinel redis_ca_path redis_insecure_skip_tls_verify
            ssl_insecure_skip_verify show_debug_on_error ping_user_agent gcp_healthchecks code_challenge_method
            footer banner htpasswd_file ping_path ready_path metrics_address
            cookie_name | ! the cookie has a name of its own, which says that it is for this host alone
            cookie_secret cookie_secret_file | ! sessions are kept by the gateway and not in cookies, so everybody signs in once more
            cookie_refresh | ! tokens are renewed by themselves, minutes before they end
            cookie_csrf_per_request cookie_csrf_per_request_limit cookie_csrf_expire cookie_csrf_samesite encode_state | ! each sign-in has a state of its own already
            session_cookie_minimal | ! the cookie never holds more than an id
            skip_provider_button | ! a page that needs a sign-in leads straight to it
            config config_test version alpha_config convert_config_to_alpha | ! it is no setting; 'check' looks at a configuration
            github_token | whether somebody may write to a repository is asked with their own token
            htpasswd_user_groups display_htpasswd_form | there are no passwords here
            extra_jwt_issuers skip_jwt_bearer_tokens bearer_token_login_fallback | programs use API tokens of the account page, jobs of GitHub Actions their OIDC token ('allow: actions:...')
            signature_key | apps verify the JWT that each request carries, by the keys at /oauth2/jwks.json
            custom_templates_dir custom_sign_in_logo provider_display_name | the pages are the gateway's own; latchkey.pages.title and .support-url are theirs to set
            force_json_errors | whether an answer is a page or JSON is decided for each request, by what it asks for
            relative_redirect_url | the address is latchkey.external-url and no request changes it
            allow_query_semicolons | what can be read in two ways is refused
            flush_interval disable_keep_alives | ! answers are passed on as they come, and connections kept
            redis_connection_idle_timeout | ! connections to Redis are looked after by themselves
            request_id_header | each request gets an id of the gateway's own, in X-Request-Id
            auth_logging auth_logging_format errors_to_info_log exclude_logging_paths logging_compress logging_filename logging_local_time logging_max_age logging_max_backups logging_max_size request_logging request_logging_format silence_ping_logging standard_logging standard_logging_format | the log goes to standard output; logging.* are its settings
            metrics_secure_address metrics_tls_cert_file metrics_tls_key_file | metrics are at the internal port, with latchkey.internal.tls.* for its TLS
            tls_cipher_suites tls_min_version | the edge speaks TLS 1.2 and 1.3 with the cipher suites of the JDK
            approval_prompt prompt acr_values auth_request_response_mode | GitHub knows no such thing
            backend_logout_url | signing out ends the token at GitHub
            provider_ca_files use_system_trust_store | trust further authorities by the JDK's own trust store (-Djavax.net.ssl.trustStore)
            profile_url resource pubjwk_url jwt_key jwt_key_file skip_claims_from_profile_url skip_oidc_discovery user_id_claim allowed_roles insecure_oidc_allow_unverified_email insecure_oidc_skip_issuer_verification insecure_oidc_skip_nonce oidc_audience_claims oidc_email_claim oidc_enabled_signing_algs oidc_extra_audiences oidc_groups_claim oidc_issuer_url oidc_jwks_url oidc_public_key_files | it is about another provider than GitHub; such are added at /admin/providers on the internal port
            google_admin_email google_groups google_service_account_json google_use_application_default_credentials google_target_principal google_use_organization_id google_admin_api_user_scope gitlab_groups gitlab_projects azure_tenant azure_graph_group_field entra_id_allowed_tenants entra_id_federated_token_auth bitbucket_team bitbucket_repository keycloak_groups additional_claims | it is about another provider than GitHub; such are added at /admin/providers on the internal port
            """;

    private static final Set<String> SWITCHES = Set.of(
            "reverse_proxy",
            "force_https",
            "cookie_secure",
            "cookie_httponly",
            "cookie_csrf_per_request",
            "pass_host_header",
            "proxy_websockets",
            "ssl_upstream_insecure_skip_verify",
            "pass_access_token",
            "pass_user_headers",
            "set_xauthrequest",
            "pass_authorization_header",
            "set_authorization_header",
            "pass_basic_auth",
            "set_basic_auth",
            "prefer_email_to_user",
            "skip_auth_strip_headers",
            "skip_auth_preflight",
            "redis_use_cluster",
            "redis_use_sentinel",
            "redis_insecure_skip_tls_verify",
            "ssl_insecure_skip_verify",
            "show_debug_on_error",
            "gcp_healthchecks",
            "encode_state",
            "session_cookie_minimal",
            "skip_provider_button",
            "display_htpasswd_form",
            "skip_jwt_bearer_tokens",
            "bearer_token_login_fallback",
            "force_json_errors",
            "relative_redirect_url",
            "allow_query_semicolons",
            "disable_keep_alives",
            "auth_logging",
            "errors_to_info_log",
            "logging_compress",
            "logging_local_time",
            "request_logging",
            "silence_ping_logging",
            "standard_logging",
            "use_system_trust_store",
            "skip_claims_from_profile_url",
            "skip_oidc_discovery",
            "insecure_oidc_allow_unverified_email",
            "insecure_oidc_skip_issuer_verification",
            "insecure_oidc_skip_nonce",
            "config_test",
            "version",
            "convert_config_to_alpha",
            "google_use_application_default_credentials",
            "google_use_organization_id",
            "entra_id_federated_token_auth");

    private static final Map<String, String> FATES = fates();

    private KnownOptions() {}

    private static Map<String, String> fates() {
        Map<String, String> fates = new TreeMap<>();
        TABLE.lines().forEach(line -> {
            int bar = line.indexOf('|');
            String words = bar < 0 ? "" : line.substring(bar + 1).strip();
            for (String name : (bar < 0 ? line : line.substring(0, bar)).strip().split(" ")) {
                fates.put(name, words);
            }
        });
        return fates;
    }

    static Set<String> names() {
        return new TreeSet<>(FATES.keySet());
    }

    /** Says what becomes of each option that no converter reads, and names those that nobody knows. */
    static void tell(OldSettings settings, Remarks remarks) {
        for (String name : settings.names()) {
            String words = FATES.get(name);
            if (words == null) {
                remarks.lost(name, "oauth2-proxy has no such option");
            } else if (words.startsWith("! ")) {
                remarks.changed(name, words.substring(2));
            } else if (!words.isEmpty()) {
                remarks.lost(name, words);
            }
        }
    }

    /** The name of a flag's option: with underscores, and in the plural where it may be given several times. */
    static String ofFlag(String flag) {
        String name = flag.replace('-', '_');
        return FATES.containsKey(name) || !FATES.containsKey(name + 's') ? name : name + 's';
    }

    static String ofVariable(String variable) {
        return ofFlag(variable.toLowerCase(Locale.ROOT));
    }

    /** True if a flag of that name stands alone. */
    static boolean isSwitch(@Nullable String name) {
        return name != null && SWITCHES.contains(name);
    }
}
