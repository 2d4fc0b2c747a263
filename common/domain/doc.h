/* doc.h - what a document is called, and how it stands.
 *
 * A voucher is named by venue, business day and part, an order by venue, register (with its run, register.h) and number: the
 * same in every program, log and key. What PowerOffice knows it by is made from the name, never random.
 */
#ifndef BILAG_DOMAIN_DOC_H
#define BILAG_DOMAIN_DOC_H

#include "base/err.h"

enum doc_kind { DOC_VOUCHER, DOC_ORDER };
enum { DOC_KINDS = DOC_ORDER + 1 };

/* The words of docs/design.md section 4; green is SENT, red are HELD and FAILED, grey is BY_HAND. */
#define DOC_STATES(X) \
    X(DOC_OPEN, "open") X(DOC_HELD, "held") X(DOC_WAITING, "waiting") X(DOC_QUEUED, "queued") \
    X(DOC_SENDING, "sending") X(DOC_SENT, "sent") X(DOC_FAILED, "failed") X(DOC_REVERSED, "reversed") \
    X(DOC_BY_HAND, "by_hand")
#define X(name, text) name,
enum doc_state { DOC_STATES(X) DOC_STATE_COUNT };
#undef X
const char *doc_state_text(enum doc_state state);

enum { DOC_ID_SIZE = 192, REFERENCE_SIZE = 37, BATCH_ID_SIZE = 36 };

struct doc {
    enum doc_kind kind;
    struct str venue;
    int32_t day;                          /* business day; of orders too, though not part of their name */
    uint32_t part;                        /* vouchers: 1, 2, ... */
    struct str reg;                       /* orders */
    uint64_t seq;
};

/* "oslo-grill/2026-11-20/1" or "oslo-grill/order/K1/6": the same in every program, log and key. */
struct str doc_text(const struct doc *doc, char buffer[DOC_ID_SIZE]);
/* Views into text; an order's day is not in its text and stays 0. ERR_FORMAT. */
USED enum err doc_parse(struct str text, struct doc *ret_doc);
/* docs/rules.md section 3: UUIDv5 in UUIDv5(DNS, "bilag"). */
void doc_reference(const struct doc *doc, struct str company, char reference[REFERENCE_SIZE]);
/* "<venue>:<YYYYMMDD>:<part>", shortened by hash if longer than 35. */
void doc_batch_id(const struct doc *doc, char batch_id[BATCH_ID_SIZE]);

#endif
