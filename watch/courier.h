/* courier.h - brings letters out: to a mail server, to a webhook, to a command; several under way, one wait for all.
 *
 * Mail       one letter a connection; TLS is demanded of every server but one on this machine, and certificates are checked.
 * Webhook    POST of JSON; Bilag-Message is the letter's id, Bilag-Signature "sha256=" and the HMAC-SHA256 of the body in hex, with
 *            the recipient's secret. 2xx: taken.
 * Command    the JSON on standard input, no arguments, an environment of PATH and BILAG_MESSAGE; exit 0: taken. It may take
 *            COURIER_WAIT_MS, then it and its children are killed.
 * Redirects and proxies of the environment are not followed. An answer is not kept.
 * done()     is called from courier_turn() only, exactly once a letter, or never if courier_close() comes first.
 */
#ifndef BILAG_WATCH_COURIER_H
#define BILAG_WATCH_COURIER_H

#include "domain/config.h"

#include <poll.h>

enum { COURIER_WAIT_MS = 60000, COURIER_CONNECT_MS = 15000, COURIER_UNDER_WAY_MAX = 16, COURIER_WORDS_MAX = 200 };

struct courier;
/* words: why it was not taken, without secrets and cleaned; "" when it was. */
typedef void (*courier_done)(void *context, struct str recipient, bool taken, const char *words);

USED enum err courier_open(courier_done done, void *context, struct courier **ret_courier);
void courier_close(struct courier *courier);                 /* NULL is fine; commands under way are killed */
/* The body is copied. ERR_BUSY: as many as may be are under way. */
USED enum err courier_start(struct courier *courier, const struct watch_settings *watch,
                            const struct watch_recipient *recipient,
                            struct str id, struct str body);
bool courier_has(const struct courier *courier, struct str recipient);       /* one of its letters is under way */
size_t courier_under_way(const struct courier *courier);
bool courier_runs_commands(const struct courier *courier);   /* one of them: it tells nobody that it ended */
void courier_turn(struct courier *courier);
/* A stage_wait (stage.h) with the courier as its context. */
int courier_wait(void *courier, struct pollfd *fds, size_t count, int timeout_ms);
/* "sha256=" and 64 hex, with NUL. */
enum { COURIER_SIGNATURE_SIZE = 7 + 64 + 1 };
void courier_sign(struct str secret, struct str body, char ret_signature[COURIER_SIGNATURE_SIZE]);

#endif
