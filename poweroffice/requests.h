/* requests.h - what was sent to PowerOffice for a document and what it answered, word by word, for its vendor's support.
 *
 * Files       STATE_DIR/requests/<day>-<stage>-<instance>.ndjson, a line a request, only readable by who runs the stage; a
 *             day's files are removed when requests_days have passed.
 * Line        {"time","doc","client","method","url","status","ms","sent","answered","words"}; bodies as texts, cut beyond
 *             REQUEST_BODY_MAX; a PDF only by its length. Headers are not in it, and keys in bodies are blanked.
 * Durability  none is promised: a line that cannot be written (full disk) is missed, and said once. A power cut may tear
 *             the last line; readers pass over what is no line.
 */
#ifndef BILAG_POWEROFFICE_REQUESTS_H
#define BILAG_POWEROFFICE_REQUESTS_H

#include "base/err.h"

enum { REQUEST_BODY_MAX = 256 * 1024, REQUEST_SECRETS_MAX = 5 };

struct exchanged {
    struct str doc, client;               /* ours (config.h) */
    const char *method;
    struct str base, path;                /* the URL is both together */
    struct str type, sent, answered;      /* type: of what was sent; empty: JSON */
    long status;                          /* 0: no answer, and words say why */
    const char *words;
    int64_t took_ms;
    struct str secrets[REQUEST_SECRETS_MAX];
};

struct requests;
USED enum err requests_open(struct str state_dir, const char *stage, int instance, int32_t days,
                            struct requests **ret_requests);
void requests_keep(struct requests *requests, int32_t days);           /* another number of days; from the next request on */
void requests_close(struct requests *requests);              /* NULL is fine */
void requests_note(struct requests *requests, int64_t now_ms, const struct exchanged *exchanged);      /* NULL is fine */

/* Reading: the document's lines as they stand, oldest first. visit() may answer ERR_STOP. */
typedef enum err (*request_visit)(struct str line, void *context);
USED enum err requests_walk(struct str state_dir, struct str doc, request_visit visit, void *context);

#endif
