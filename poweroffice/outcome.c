#include "outcome.h"

#include <curl/curl.h>

/* The first row that fits decides. */
static const struct { long from, to; enum outcome outcome; } answers[] = {
    { 200, 299, OUTCOME_DONE },
    { 300, 399, OUTCOME_UNKNOWN },      /* we follow no redirect, and 303 may say that it was done */
    { 401, 401, OUTCOME_LOGIN },
    { 403, 403, OUTCOME_LOGIN },
    { 408, 408, OUTCOME_UNKNOWN },      /* a gateway gave up; what is behind it may have gone on */
    { 429, 429, OUTCOME_THROTTLED },
    { 400, 499, OUTCOME_REFUSED },
    { 500, 599, OUTCOME_UNKNOWN },      /* perhaps it was posted: look it up before trying again */
    { 0, 999, OUTCOME_UNKNOWN },
};

/* No whole answer. Before a byte of the request was out, nothing can have happened: PASSING, whatever the code.
 * After that, anything can have: UNKNOWN. The rows only say it in words. */
static const struct { CURLcode code; const char *words; } silences[] = {
    { CURLE_COULDNT_RESOLVE_HOST,  "PowerOffice's address was not found (DNS)" },
    { CURLE_COULDNT_RESOLVE_PROXY, "the proxy's address was not found (DNS)" },
    { CURLE_COULDNT_CONNECT,       "no connection to PowerOffice" },
    { CURLE_SSL_CONNECT_ERROR,     "no secure connection (TLS) to PowerOffice" },
    { CURLE_PEER_FAILED_VERIFICATION, "PowerOffice's certificate is not trusted: check the address and the clock" },
    { CURLE_SSL_CACERT_BADFILE,    "the system's list of trusted certificates cannot be read" },
    { CURLE_SSL_ISSUER_ERROR,      "PowerOffice's certificate is not trusted: check the address and the clock" },
    { CURLE_SSL_CERTPROBLEM,       "no secure connection (TLS): a certificate cannot be used" },
    { CURLE_SSL_CIPHER,            "no secure connection (TLS): no cipher in common" },
    { CURLE_UNSUPPORTED_PROTOCOL,  "the address is neither http nor https: correct poweroffice in bilag.yaml" },
    { CURLE_URL_MALFORMAT,         "the address is not a URL: correct poweroffice in bilag.yaml" },
    { CURLE_OPERATION_TIMEDOUT,    "no answer in time" },
    { CURLE_GOT_NOTHING,           "the connection ended without an answer" },
    { CURLE_SEND_ERROR,            "the connection broke while sending" },
    { CURLE_RECV_ERROR,            "the connection broke before the answer was whole" },
    { CURLE_PARTIAL_FILE,          "the connection broke before the answer was whole" },
    { CURLE_WRITE_ERROR,           "the answer is larger than 64 MiB" },
    { CURLE_ABORTED_BY_CALLBACK,   "the kept connection had died; the request is not repeated blindly" },
    { CURLE_WEIRD_SERVER_REPLY,    "what answered does not speak HTTP" },
    { CURLE_BAD_CONTENT_ENCODING,  "the answer cannot be unpacked" },
    { CURLE_OUT_OF_MEMORY,         "out of memory" },
};

enum outcome outcome_of(long status, int curl_code, bool sent)
{
    if (curl_code != CURLE_OK)
        return sent ? OUTCOME_UNKNOWN : OUTCOME_PASSING;
    for (size_t i = 0; i < COUNT(answers); i++)
        if (status >= answers[i].from && status <= answers[i].to)
            return answers[i].outcome;
    return OUTCOME_UNKNOWN;
}

const char *outcome_text(enum outcome outcome)
{
    static const char *const texts[] = {
        [OUTCOME_DONE] = "done",       [OUTCOME_THROTTLED] = "throttled", [OUTCOME_PASSING] = "passing",
        [OUTCOME_UNKNOWN] = "unknown", [OUTCOME_LOGIN] = "login",         [OUTCOME_REFUSED] = "refused",
    };

    ensure((size_t)outcome < COUNT(texts));
    return texts[outcome];
}

const char *outcome_words(int curl_code, bool sent)
{
    for (size_t i = 0; i < COUNT(silences); i++)
        if ((int)silences[i].code == curl_code)
            return silences[i].words;
    return sent ? "the connection failed after sending" : "the connection failed before sending";
}
