/* probing.h - one request after the other to a PowerOffice in which nobody keeps books, and what they told.
 *
 * Where       never anywhere but a Demo address of PowerOffice or this machine: probing_allows().
 * Pace        so many requests a second, one at a time.
 * Evidence    every request and answer is a line of the file, keys and tokens blanked; it is for people.
 * Vouchers    posted through probing_post() alone, of 1 to 9 kroner, and noted (left.h) before they leave. probing_take_back()
 *             and, for whatever is left, probing_mend() see that none stays.
 * Findings    what was seen, and the simulator's switch that makes it behave so.
 */
#ifndef BILAG_BILAG_PROBE_PROBING_H
#define BILAG_BILAG_PROBE_PROBING_H

#include "base/clock.h"
#include "bilag/read/context.h"
#include "left.h"
#include "poweroffice/transport.h"

enum { FINDINGS_MAX = 80, HEADER_SIZE = 9000 };

/* An answer; views into the probing's arena. status 0: none came. */
struct probe_heard { long status; struct str body, retry_after, pagination; int64_t ms; };

struct probe_finding {
    const char *unknown, *what;          /* "21.1": of docs/poweroffice-api.md; in English, as the switches are */
    const char *setting;                 /* NULL: there is no switch for it */
    char seen[120], value[40];           /* value "": not seen */
};

struct probing {
    struct context *context;
    const struct config *config;
    const struct venue *venue;
    struct transport *transport;
    struct left left;
    int evidence;
    int64_t pause_us, next_us;
    char bearer[HEADER_SIZE], subscription[1300];
    size_t requests, references;
    uint32_t run;                        /* in every reference */
    struct probe_finding findings[FINDINGS_MAX];
    size_t finding_count;
    struct { int64_t account, sales_account, vat_none, vat_normal; int32_t today, conversion, locked; } books;
};

/* The address is one of PowerOffice's Demo, or this machine's. */
bool probing_allows(struct str url);
/* rate: requests a second; evidence: a path, made anew. */
USED enum err probing_open(struct context *context, const struct venue *venue, int32_t rate, const char *evidence,
                           struct probing *ret_probing);
void probing_close(struct probing *probing);
/* expires_in of the answer; 0: none. Fault and ERR_REFUSED if no token came. */
USED enum err probing_login(struct probing *probing, int64_t *ret_life_s);
/* path: without the base, encoded. type NULL: JSON. ERR_NETWORK: no answer came at all. */
USED enum err probing_ask(struct probing *probing, enum http_method method, const char *path, struct str body, const char *type,
                          struct probe_heard *ret_heard);
/* The same with a subscription key that is none, and without waiting for the pace. */
USED enum err probing_ask_keyless(struct probing *probing, const char *path, struct probe_heard *ret_heard);
USED enum err probing_ask_at_once(struct probing *probing, const char *path, struct probe_heard *ret_heard);

/* A voucher of two lines. */
struct probe_posting {
    const char *debit, *credit;          /* "1.00", "-1.00" */
    int32_t debit_day, credit_day;
    int64_t account;                     /* of the credit; 0: the usual one */
    bool sale;                           /* ... on a sales account with the normal rate */
    bool stray, camel;                   /* a member that no schema has; names in camelCase */
    size_t reference_len, batch_len;     /* 0: as they come */
    const char *reference;               /* NULL: a new one */
};
struct probe_posted { size_t index; bool stands; char reference[LEFT_REFERENCE_SIZE], id[LEFT_ID_SIZE]; };
USED enum err probing_post(struct probing *probing, const struct probe_posting *posting, struct probe_heard *ret_heard,
                           struct probe_posted *ret_posted);
/* Until the voucher itself says that it is reversed. */
USED enum err probing_take_back(struct probing *probing, const struct probe_posted *posted);
/* All that is left, of this run or an older one; ret_standing: what could not be taken back. */
USED enum err probing_mend(struct probing *probing, size_t *ret_standing);

/* JSON of the body, or none; whether the text is in it. */
struct str heard_object(const struct probe_heard *heard);
bool heard_has(const struct probe_heard *heard, const char *text);

/* The value is the switch's; "": it was not seen. All but `seen` are literals. */
void probing_found(struct probing *probing, const char *unknown, const char *what, const char *setting, const char *value,
                   const char *seen);
/* A status is the value. */
void probing_found_status(struct probing *probing, const char *unknown, const char *what, const char *setting,
                          const struct probe_heard *heard);

#endif
