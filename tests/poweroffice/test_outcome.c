/* Goal: every status and every way to get no answer falls in exactly one class, and none of them lets a write that may
 * have arrived be sent again unseen. */
#include "poweroffice/outcome.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <curl/curl.h>
#include <string.h>

static void statuses(void **unused)
{
    static const struct { long status; enum outcome outcome; } rows[] = {
        { 200, OUTCOME_DONE }, { 201, OUTCOME_DONE }, { 202, OUTCOME_DONE }, { 204, OUTCOME_DONE }, { 299, OUTCOME_DONE },
        { 301, OUTCOME_UNKNOWN }, { 302, OUTCOME_UNKNOWN }, { 303, OUTCOME_UNKNOWN }, { 307, OUTCOME_UNKNOWN },
        { 400, OUTCOME_REFUSED }, { 401, OUTCOME_LOGIN }, { 402, OUTCOME_REFUSED }, { 403, OUTCOME_LOGIN },
        { 404, OUTCOME_REFUSED }, { 405, OUTCOME_REFUSED }, { 408, OUTCOME_UNKNOWN }, { 409, OUTCOME_REFUSED },
        { 413, OUTCOME_REFUSED }, { 415, OUTCOME_REFUSED }, { 422, OUTCOME_REFUSED }, { 429, OUTCOME_THROTTLED },
        { 499, OUTCOME_REFUSED }, { 500, OUTCOME_UNKNOWN }, { 501, OUTCOME_UNKNOWN }, { 502, OUTCOME_UNKNOWN },
        { 503, OUTCOME_UNKNOWN }, { 504, OUTCOME_UNKNOWN }, { 599, OUTCOME_UNKNOWN }, { 100, OUTCOME_UNKNOWN },
        { 0, OUTCOME_UNKNOWN }, { 999, OUTCOME_UNKNOWN }, { 1000, OUTCOME_UNKNOWN }, { -1, OUTCOME_UNKNOWN },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (outcome_of(rows[i].status, CURLE_OK, true) != rows[i].outcome)
            fail_msg("%ld is %s", rows[i].status, outcome_text(outcome_of(rows[i].status, CURLE_OK, true)));
}

/* Whatever libcurl calls it: before sending it is passing, after sending unknown, also if a status had come. */
static void silences(void **unused)
{
    (void)unused;
    for (int code = CURLE_OK + 1; code < CURL_LAST; code++) {
        assert_int_equal(outcome_of(0, code, false), OUTCOME_PASSING);
        assert_int_equal(outcome_of(0, code, true), OUTCOME_UNKNOWN);
        assert_int_equal(outcome_of(201, code, true), OUTCOME_UNKNOWN);
        assert_int_equal(outcome_of(400, code, true), OUTCOME_UNKNOWN);
        assert_true(strlen(outcome_words(code, true)) > 10 && strlen(outcome_words(code, false)) > 10);
    }
}

static void each_fault_has_its_words(void **unused)
{
    static const struct { int code; const char *part; } rows[] = {
        { CURLE_COULDNT_RESOLVE_HOST, "DNS" }, { CURLE_COULDNT_RESOLVE_PROXY, "proxy" },
        { CURLE_COULDNT_CONNECT, "no connection" }, { CURLE_SSL_CONNECT_ERROR, "TLS" },
        { CURLE_PEER_FAILED_VERIFICATION, "not trusted" }, { CURLE_SSL_CACERT_BADFILE, "trusted certificates" },
        { CURLE_SSL_ISSUER_ERROR, "not trusted" }, { CURLE_SSL_CERTPROBLEM, "TLS" }, { CURLE_SSL_CIPHER, "cipher" },
        { CURLE_UNSUPPORTED_PROTOCOL, "http" }, { CURLE_URL_MALFORMAT, "URL" }, { CURLE_OPERATION_TIMEDOUT, "in time" },
        { CURLE_GOT_NOTHING, "without an answer" }, { CURLE_SEND_ERROR, "while sending" }, { CURLE_RECV_ERROR, "broke" },
        { CURLE_PARTIAL_FILE, "broke" }, { CURLE_WRITE_ERROR, "64 MiB" }, { CURLE_ABORTED_BY_CALLBACK, "blindly" },
        { CURLE_WEIRD_SERVER_REPLY, "HTTP" }, { CURLE_BAD_CONTENT_ENCODING, "unpacked" },
        { CURLE_OUT_OF_MEMORY, "memory" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++)
        if (!strstr(outcome_words(rows[i].code, true), rows[i].part))
            fail_msg("%d: %s", rows[i].code, outcome_words(rows[i].code, true));
    assert_string_not_equal(outcome_words(CURLE_FTP_PORT_FAILED, true), outcome_words(CURLE_FTP_PORT_FAILED, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses), cmocka_unit_test(silences), cmocka_unit_test(each_fault_has_its_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
