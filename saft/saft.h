/* saft.h - a SAF-T Cash Register file (Norway, v1.00) becomes native events.
 *
 * One pass     judges the whole file (well-formed, our namespace, every amount, time, number and VAT
 *              code that we book from) and keeps its events aside (spool.h); only then are they handed
 *              on, in file order, each Z report after the receipts of its period. So a bad file gives a
 *              fault and no event, and what is handed on is what was judged, whoever writes into the
 *              file meanwhile. Broken off, the same file imported again adds only what lacked.
 * Same file    same events, to the byte; files that overlap give the same events for what they share.
 * Bounds       no DTD, no entities, no network; memory does not grow with the file (24 MB of code
 *              lists, 16 MB of Z reports per register, 8 MB for one receipt at most).
 * Not judged   sums. A receipt that does not balance, a gap, a Z report that says something else are
 *              emitted as they are, counted in the summary, and held by the mapper.
 * Ownership    bytes live until take() returns. The venue must have its zone open.
 * Errors       ERR_FORMAT, ERR_RANGE, ERR_TOO_LONG: the file is wrong. ERR_REFUSED: not a file of this
 *              kind, or not clear which of its locations is the venue. ERR_NOT_FOUND, ERR_SYSTEM:
 *              cannot be read. ERR_STORE_FULL: no room to keep its events aside. ERR_MEMORY. Else what
 *              take() answered. The fault says file, line, receipt and what to do. docs/saft.md has
 *              every decision.
 */
#ifndef BILAG_SAFT_SAFT_H
#define BILAG_SAFT_SAFT_H

#include "domain/config.h"
#include "domain/event.h"

/* Within saft/: an event lives until the sink returns. */
typedef enum err (*saft_sink)(const struct event *event, void *context);
/* An event in canonical bytes (domain/event_canonical.h). */
typedef enum err (*saft_take)(struct str event, void *context);
/* A receipt that cannot be read, though the file can: its number (or empty), what it says, and why. Views are dead after. */
typedef enum err (*saft_refuse)(struct str receipt, struct str fields, const char *why, void *context);

/* What a person should know though the file was taken. X(name, code, sentence) */
#define SAFT_NOTES(X) \
    X(SAFT_RECEIPT_REFUSED, "receipt-refused", \
      "a receipt that cannot be read was refused alone and is kept: bilag refused list") \
    X(SAFT_RECEIPT_UNBALANCED, "receipt-unbalanced", \
      "payments are not lines plus rounding and tips, in any reading; the day will be held") \
    X(SAFT_LINES_DIFFER, "lines-differ", "the lines do not add up to transAmntIn; the lines were taken") \
    X(SAFT_VAT_DIFFERS, "vat-differs", "the VAT of a line is not its rate; the till's figure was kept") \
    X(SAFT_TIP_UNPLACED, "tip-unplaced", "a tip is inside the amount but on no line; the day will be held") \
    X(SAFT_ROUNDING_ODD, "rounding-odd", "rounding above 0.50 or without cash") \
    X(SAFT_CREDIT_PAID, "credit-paid", "a credit sale that was paid at once; booked as paid, not as an order") \
    X(SAFT_GROUP_UNKNOWN, "group-unknown", \
      "an article group without a predefined code; its own id became the product type: give it an " \
      "account under product_types:") \
    X(SAFT_PAYMENT_UNKNOWN, "payment-unknown", \
      "a payment code without a predefined code; its own id became the payment type: give it an " \
      "account under payment_types:") \
    X(SAFT_MOVEMENT_EMPTY, "movement-empty", "a till movement without an amount; see the till's own report") \
    X(SAFT_TOTALS_TAKEN, "totals-taken", \
      "a receipt without lines; its VAT totals were taken as product type `other`: give it an account under " \
      "product_types:") \
    X(SAFT_NO_LINES, "no-lines", \
      "a receipt with neither lines nor VAT totals that add up to it: what was sold is not told; the day will be held") \
    X(SAFT_Z_DIFFERS, "z-differs", "a Z report that its receipts do not add up to; the day will be held") \
    X(SAFT_Z_WITHHELD, "z-withheld", \
      "the Z report of a period of which a receipt was refused; its day waits for a file that can be read") \
    X(SAFT_Z_EMPTY, "z-empty", "a Z event without figures; ignored") \
    X(SAFT_Z_UNNUMBERED, "z-unnumbered", "a Z report without a number; numbered by its time") \
    X(SAFT_SYSTEM_ID, "system-id", \
      "the file names the till's system; have it on vouchers: saft: {system_id: NAME} in the venue's file") \
    X(SAFT_LOCATION_LEFT_OUT, "location-left-out", "a location that is not this venue; left out") \
    X(SAFT_OTHER_COMPANY, "other-company", "the file is of another organisation number than the venue")

#define X(name, code, sentence) name,
enum saft_note { SAFT_NOTES(X) SAFT_NOTE_COUNT };
#undef X

const char *saft_note_code(enum saft_note note);
const char *saft_note_text(enum saft_note note);

struct saft_summary {
    uint64_t events;                     /* handed to the sink (or that would be) */
    uint64_t receipts, voids, training, movements, z_reports, x_reports;
    uint32_t locations, registers;       /* taken */
    int64_t first_time, last_time;       /* of receipts; 0: none */
    char company[40];                    /* organisation number in the file */
    struct { uint64_t count; char first[120]; } notes[SAFT_NOTE_COUNT];     /* count 0: nothing */
};

/* folder: where events are kept aside. What else is wanted: receipts that cannot be read are handed to `refuse`, each alone, and
 * the rest of the file is taken, unless a hundred of them follow one another or there is no other. A file of another organisation
 * number than the venue's company is ERR_REFUSED, unless other_company. ret_summary may be NULL; it is written with ERR_OK. */
struct saft_wishes { const char *folder; saft_refuse refuse; bool other_company; };
USED enum err saft_read(const char *path, const struct venue *venue, saft_take take, const struct saft_wishes *wishes,
                        void *context, struct saft_summary *ret_summary, struct fault *fault);

#endif
