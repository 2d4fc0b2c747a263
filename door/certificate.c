#include "certificate.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/x509.h>

enum { FILE_BYTES_MAX = 64 * 1024, PATH_BYTES = 1100, CHAIN_MAX = 8 };

struct pair {
    gnutls_pcert_st chain[CHAIN_MAX];
    unsigned count;
    gnutls_privkey_t key;
    unsigned char print[crypto_generichash_BYTES];           /* of both files: the same files are the same pair */
    int64_t ends_ms;
    struct pair *former;
};

/* Former pairs stay until the end: a handshake may hold one still, and a certificate changes a few times a year. */
struct certificate { struct pair *pair; };

static struct certificate *shown;

struct file { char path[PATH_BYTES], bytes[FILE_BYTES_MAX]; size_t len; };

static enum err file_judge(const struct file *file, int fd, bool secret, struct fault *fault)
{
    struct stat found;

    if (fstat(fd, &found) != 0 || !S_ISREG(found.st_mode))
        return fault_set(fault, ERR_CONFIG, "%s is no plain file", file->path);
    if (secret && found.st_uid != geteuid() && found.st_uid != 0)
        return fault_set(fault, ERR_CONFIG, "%s belongs to another user (uid %u); give it to root or to uid %u", file->path,
                         (unsigned)found.st_uid, (unsigned)geteuid());
    if (secret && (found.st_mode & 0007))
        return fault_set(fault, ERR_CONFIG, "%s can be read by everybody; chmod 640 %s", file->path, file->path);
    return ERR_OK;
}

static enum err file_read(struct file *file, struct str path, bool secret, struct fault *fault)
{
    enum err err;
    ssize_t len;
    int fd;

    if (!str_copy(path, file->path, sizeof file->path))
        return fault_set(fault, ERR_CONFIG, "the path of a certificate is too long");
    fd = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (fd < 0)
        return fault_set(fault, err_of_errno(errno, ERR_CONFIG), "%s cannot be read (%s); let the user that this program runs "
                         "as (uid %u) read it", file->path, strerror(errno), (unsigned)geteuid());
    err = file_judge(file, fd, secret, fault);
    len = err ? 0 : read(fd, file->bytes, sizeof file->bytes);
    (void)close(fd);
    if (!err && (len <= 0 || (size_t)len == sizeof file->bytes))
        return fault_set(fault, ERR_CONFIG, "%s is empty, or longer than a certificate is", file->path);
    file->len = (size_t)len;
    return err;
}

static void pair_free(struct pair *pair)
{
    for (unsigned i = 0; i < pair->count; i++)
        gnutls_pcert_deinit(&pair->chain[i]);
    if (pair->key)
        gnutls_privkey_deinit(pair->key);
    free(pair);
}

/* GnuTLS itself says whether key and chain belong together. */
static enum err belong_together(const gnutls_datum_t *chain, const gnutls_datum_t *key, const struct file *files,
                                struct fault *fault)
{
    gnutls_certificate_credentials_t both;
    int rc = gnutls_certificate_allocate_credentials(&both);

    if (rc < 0)
        return ERR_MEMORY;
    rc = gnutls_certificate_set_x509_key_mem(both, chain, key, GNUTLS_X509_FMT_PEM);
    gnutls_certificate_free_credentials(both);
    if (rc >= 0)
        return ERR_OK;
    return fault_set(fault, ERR_CONFIG, "%s and %s are no PEM certificate and its key (%s); name the chain (fullchain.pem) and "
                     "the key of that very certificate", files[0].path, files[1].path, gnutls_strerror(rc));
}

static int64_t end_of(const gnutls_datum_t *chain)
{
    gnutls_x509_crt_t first;
    int64_t ends_ms = 0;

    if (gnutls_x509_crt_init(&first) < 0)
        return 0;
    if (gnutls_x509_crt_import(first, chain, GNUTLS_X509_FMT_PEM) >= 0)
        ends_ms = (int64_t)gnutls_x509_crt_get_expiration_time(first) * 1000;
    gnutls_x509_crt_deinit(first);
    return ends_ms;
}

static enum err pair_make(const struct file *files, struct pair *pair, struct fault *fault)
{
    const gnutls_datum_t chain = { (unsigned char *)(uintptr_t)files[0].bytes, (unsigned)files[0].len };
    const gnutls_datum_t key = { (unsigned char *)(uintptr_t)files[1].bytes, (unsigned)files[1].len };
    enum err err = belong_together(&chain, &key, files, fault);
    unsigned count = CHAIN_MAX;

    if (err)
        return err;
    if (gnutls_pcert_list_import_x509_raw(pair->chain, &count, &chain, GNUTLS_X509_FMT_PEM, 0) < 0)
        return fault_set(fault, ERR_CONFIG, "%s holds more than %d certificates, or something else; name the chain alone",
                         files[0].path, CHAIN_MAX);
    pair->count = count;
    if (gnutls_privkey_init(&pair->key) < 0 ||
        gnutls_privkey_import_x509_raw(pair->key, &key, GNUTLS_X509_FMT_PEM, NULL, 0) < 0)
        return fault_set(fault, ERR_CONFIG, "%s holds no key that can be read without a password", files[1].path);
    pair->ends_ms = end_of(&chain);
    return ERR_OK;
}

static void print_of(const struct file *files, unsigned char print[crypto_generichash_BYTES])
{
    crypto_generichash_state state;

    (void)crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
    for (int i = 0; i < 2; i++)
        (void)crypto_generichash_update(&state, (const unsigned char *)files[i].bytes, files[i].len);
    (void)crypto_generichash_final(&state, print, crypto_generichash_BYTES);
}

static enum err take(struct certificate *certificate, const struct file *files, struct fault *fault)
{
    struct pair *pair = calloc(1, sizeof *pair);
    enum err err;

    if (!pair)
        return fault_set(fault, ERR_MEMORY, "no memory for the certificate");
    print_of(files, pair->print);
    if (certificate->pair && memcmp(pair->print, certificate->pair->print, sizeof pair->print) == 0) {
        free(pair);
        return ERR_OK;
    }
    err = pair_make(files, pair, fault);
    if (err) {
        pair_free(pair);
        return err;
    }
    pair->former = certificate->pair;
    certificate->pair = pair;
    return ERR_OK;
}

enum err certificate_load(struct certificate *certificate, struct str chain_file, struct str key_file, struct fault *fault)
{
    struct file *files = calloc(2, sizeof *files);
    enum err err;

    if (!files)
        return fault_set(fault, ERR_MEMORY, "no memory for the certificate");
    err = file_read(&files[0], chain_file, false, fault);
    if (!err)
        err = file_read(&files[1], key_file, true, fault);
    if (!err)
        err = take(certificate, files, fault);
    sodium_memzero(files, 2 * sizeof *files);
    free(files);
    return err;
}

enum err certificate_open(struct str chain_file, struct str key_file, struct certificate **ret_certificate, struct fault *fault)
{
    struct certificate *certificate = calloc(1, sizeof *certificate);
    enum err err;

    if (!certificate)
        return fault_set(fault, ERR_MEMORY, "no memory for the certificate");
    err = certificate_load(certificate, chain_file, key_file, fault);
    if (err) {
        certificate_close(certificate);
        return err;
    }
    *ret_certificate = certificate;
    return ERR_OK;
}

void certificate_close(struct certificate *certificate)
{
    if (!certificate)
        return;
    if (shown == certificate)
        shown = NULL;
    while (certificate->pair) {
        struct pair *pair = certificate->pair;

        certificate->pair = pair->former;
        pair_free(pair);
    }
    free(certificate);
}

int64_t certificate_ends_ms(const struct certificate *certificate)
{
    return certificate->pair->ends_ms;
}

void certificate_use(struct certificate *certificate)
{
    shown = certificate;
}

int certificate_show(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **chain,
                     unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key, unsigned *flags)
{
    (void)session;
    (void)info;
    if (!shown)
        return -1;
    *chain = shown->pair->chain;
    *count = shown->pair->count;
    *key = shown->pair->key;
    *ocsp = NULL;
    *ocsp_count = 0;
    *flags = 0;                          /* lent, not given */
    return 0;
}
