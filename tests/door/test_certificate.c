/* Goal: a chain and its key are taken up whole or not at all; a wrong file leaves the former one and says what to do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
/* cmocka wants those first */
#include <cmocka.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "door/certificate.h"

/* Made for this test, for nobody, until 2126. */
static const char chain_a[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBcDCCARWgAwIBAgIUPcK3XOttckn6ce7Ss7cfrWaDOaIwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBYTAgFw0yNjExMjkwMDM0NDhaGA8yMTI2MTEwNTAwMzQ0OFow\n"
    "DDEKMAgGA1UEAwwBYTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABIYrxAEBPpU3\n"
    "hoRC0U/IyHvCw6toj/eQNARmsCeWSYgbriEAvtiOV42g7/5tK8hwRXM99pGJxaJp\n"
    "5/BrmXtSwLyjUzBRMB0GA1UdDgQWBBQVzfvhDVBomIt16uVADO5gWsGB1TAfBgNV\n"
    "HSMEGDAWgBQVzfvhDVBomIt16uVADO5gWsGB1TAPBgNVHRMBAf8EBTADAQH/MAoG\n"
    "CCqGSM49BAMCA0kAMEYCIQCfTQDcrz0gpUOJuGlU5PWNP7Y/lbsJsKdcwzbT0OZ5\n"
    "iwIhANJ/aE2NBc/d2Zcu8ih2BtB1ByTbbFbrdXXgakNV9T0d\n"
    "-----END CERTIFICATE-----\n";
static const char key_a[] =
    "-----BEGIN PRIVATE KEY-----\n"
    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgh3k+4bzOpunvgjCu\n"
    "YhqW+kVoLVuS8f/pS72+nKIWq+ihRANCAASGK8QBAT6VN4aEQtFPyMh7wsOraI/3\n"
    "kDQEZrAnlkmIG64hAL7YjleNoO/+bSvIcEVzPfaRicWiaefwa5l7UsC8\n"
    "-----END PRIVATE KEY-----\n";
static const char chain_b[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIIBbzCCARWgAwIBAgIUVFO1/m4o0f1vF3lchtFYzPlCz4MwCgYIKoZIzj0EAwIw\n"
    "DDEKMAgGA1UEAwwBYjAgFw0yNjExMjkwMDM0NDhaGA8yMTI2MTEwNTAwMzQ0OFow\n"
    "DDEKMAgGA1UEAwwBYjBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABH+lRuEDVKg9\n"
    "xvOve5aMsOuPMTijHAEn3n2ISXTfylNhH7tm31/FrTUm54lntTByCUzOKFznFqY6\n"
    "9bM5SFoj9LejUzBRMB0GA1UdDgQWBBQe+lnK1I2KAtbi5KtGO3Z0IxkhFTAfBgNV\n"
    "HSMEGDAWgBQe+lnK1I2KAtbi5KtGO3Z0IxkhFTAPBgNVHRMBAf8EBTADAQH/MAoG\n"
    "CCqGSM49BAMCA0gAMEUCIEwc+auvafvkGsKacplpW/pjrben1YiFh2VCvKY9/i0K\n"
    "AiEAn5D9PrVUnh6kKDTHMeNCtV53KF8QSLDs58u5LYdyeaw=\n"
    "-----END CERTIFICATE-----\n";

enum { PATH_SIZE = 128 };

static char folder[] = "/tmp/bilag-certificate-XXXXXX", chain_path[PATH_SIZE], key_path[PATH_SIZE];

static void put(const char *path, const char *text, mode_t mode)
{
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    assert_true(fputs(text, out) >= 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(chmod(path, mode), 0);
}

static int make_folder(void **unused)
{
    (void)unused;
    if (sodium_init() < 0)
        return -1;
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(chain_path, sizeof chain_path, "%s/chain", folder);
    (void)snprintf(key_path, sizeof key_path, "%s/key", folder);
    return 0;
}

static int drop_folder(void **unused)
{
    (void)unused;
    (void)unlink(chain_path);
    (void)unlink(key_path);
    return rmdir(folder);
}

static void shown_is(struct certificate *certificate, bool there)
{
    gnutls_pcert_st *chain = NULL;
    gnutls_ocsp_data_st *ocsp;
    gnutls_privkey_t key = NULL;
    unsigned count = 0, ocsp_count, flags;

    certificate_use(certificate);
    assert_int_equal(certificate_show(NULL, NULL, &chain, &count, &ocsp, &ocsp_count, &key, &flags), there ? 0 : -1);
    assert_int_equal(count, there ? 1 : 0);
    assert_true((key != NULL) == there);
}

static void what_is_wrong_is_said(void **unused)
{
    static const struct { const char *why, *chain, *key, *says; mode_t mode; } rows[] = {
        { "no certificate", "nothing of the kind", key_a, "no PEM certificate and its key", 0600 },
        { "no key", chain_a, "nothing of the kind", "no PEM certificate and its key", 0600 },
        { "another's key", chain_b, key_a, "the key of that very certificate", 0600 },
        { "empty", "", key_a, "is empty", 0600 },
        { "a key for everybody", chain_a, key_a, "chmod 640", 0644 },
    };
    struct certificate *certificate;
    struct fault fault = { "" };

    (void)unused;
    assert_int_equal(certificate_open(STR("/nowhere/chain"), STR("/nowhere/key"), &certificate, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "cannot be read"));
    assert_int_equal(certificate_open(str_of(folder), STR("/nowhere/key"), &certificate, &fault), ERR_CONFIG);
    assert_non_null(strstr(fault.text, "no plain file"));
    for (size_t i = 0; i < COUNT(rows); i++) {
        put(chain_path, rows[i].chain, 0644);
        put(key_path, rows[i].key, rows[i].mode);
        assert_int_equal(certificate_open(str_of(chain_path), str_of(key_path), &certificate, &fault), ERR_CONFIG);
        if (!strstr(fault.text, rows[i].says))
            fail_msg("%s: %s", rows[i].why, fault.text);
    }
}

static void taken_up_whole_or_not_at_all(void **unused)
{
    struct certificate *certificate;
    struct fault fault = { "" };
    int64_t ends_ms;

    (void)unused;
    put(chain_path, chain_a, 0644);
    put(key_path, key_a, 0640);
    assert_int_equal(certificate_open(str_of(chain_path), str_of(key_path), &certificate, &fault), ERR_OK);
    ends_ms = certificate_ends_ms(certificate);
    assert_true(ends_ms > INT64_C(4900000000000));           /* 2125 */
    shown_is(certificate, true);
    assert_int_equal(certificate_load(certificate, str_of(chain_path), str_of(key_path), &fault), ERR_OK);   /* the same */
    put(chain_path, chain_b, 0644);
    assert_int_equal(certificate_load(certificate, str_of(chain_path), str_of(key_path), &fault), ERR_CONFIG);
    assert_int_equal(certificate_ends_ms(certificate), ends_ms);
    shown_is(certificate, true);
    put(chain_path, chain_a, 0644);
    put(key_path, key_a, 0600);
    assert_int_equal(certificate_load(certificate, str_of(chain_path), str_of(key_path), &fault), ERR_OK);
    certificate_close(certificate);
    shown_is(NULL, false);
    certificate_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_wrong_is_said), cmocka_unit_test(taken_up_whole_or_not_at_all),
    };

    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
