/* certificate.h - what the HTTP door shows of itself to those who come by TLS: a chain and its key, read from files and
 * read again on reload (docs/design.md section 10).
 *
 * Taken up    certificate_load() of a file that is as before changes nothing; a new one is shown from the next handshake on,
 *             connections that are open stay as they are. A file that is wrong changes nothing either, and is told.
 * Key file    of this user or root, readable by nobody but owner and group; its bytes are wiped when they have been read.
 * Ownership   the server asks without an owner (libmicrohttpd gives its callback no context): one certificate a process.
 * Errors      ERR_CONFIG with a sentence that says what to do.
 */
#ifndef BILAG_DOOR_CERTIFICATE_H
#define BILAG_DOOR_CERTIFICATE_H

#include "base/err.h"

#include <gnutls/abstract.h>

struct certificate;

USED enum err certificate_open(struct str chain_file, struct str key_file, struct certificate **ret_certificate,
                               struct fault *fault);
USED enum err certificate_load(struct certificate *certificate, struct str chain_file, struct str key_file,
                               struct fault *fault);
/* No handshake is under way any more. NULL is fine. */
void certificate_close(struct certificate *certificate);

/* When the first certificate of the chain ends; wall clock, ms. */
int64_t certificate_ends_ms(const struct certificate *certificate);
/* Makes it the one that certificate_show() gives; NULL: none. */
void certificate_use(struct certificate *certificate);
/* A gnutls_certificate_retrieve_function3. */
int certificate_show(gnutls_session_t session, const struct gnutls_cert_retr_st *info, gnutls_pcert_st **chain,
                     unsigned *count, gnutls_ocsp_data_st **ocsp, unsigned *ocsp_count, gnutls_privkey_t *key, unsigned *flags);

#endif
