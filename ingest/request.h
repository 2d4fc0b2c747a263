/* request.h - one HTTP request: its body, piece by piece, into the group of the next commit, and its answer.
 *
 * Body     lines of JSON, or one msgpack array of events (the same as a ZeroMQ batch), as its head said.
 * Answer   200 {"accepted":n,"duplicates":m,"rejected":[{"line":3,"reason":"..."}]} once every event of the body is durable
 *          or refused; further rejected ones than are named make "rejected_total". An event of a venue that the token does
 *          not open has "status":403 beside its reason; a body of nothing else is answered with 403.
 *          503 with Retry-After when nothing can be stored: send the whole again, duplicates do no harm.
 * Memory   what a body leaves in memory between its pieces is bounded over all requests by BODIES_BYTES_MAX.
 * Ownership  what `shared` points to is the server's.
 */
#ifndef BILAG_INGEST_REQUEST_H
#define BILAG_INGEST_REQUEST_H

#include "base/lines.h"
#include "entry.h"
#include "intake.h"
#include "rates.h"
#include "stage/stage.h"

enum { BODIES_BYTES_MAX = 16 * 1024 * 1024 };

/* What all requests of a server use. */
struct request_shared {
    struct stage *stage;
    struct intake *intake;
    struct doors *doors;
    struct rates *rates;
    size_t held;                         /* bytes of bodies in memory: cut lines, arrays that are not whole yet */
};

struct request {
    struct request_shared *shared;
    struct MHD_Connection *connection;
    struct lines lines;
    struct strbuf packed;                /* msgpack: the body so far */
    struct delivery delivery;
    struct entry entry;
    bool complete;
    struct request *next;                /* of those that wait for the commit */
};

/* NULL: no memory. Its head is judged: entry.status is set if it may not come in. */
struct request *request_begin(struct request_shared *shared, struct MHD_Connection *connection, const char *url,
                              const char *method);
void request_end(struct request *request);                   /* NULL is fine */

void request_take(struct request *request, struct str piece);
void request_complete(struct request *request);              /* nothing more will come; once or again */
bool request_undecided(const struct request *request);       /* complete, and waits for the commit */
/* Queues the answer at its connection. */
enum MHD_Result request_answer(struct request *request);

#endif
