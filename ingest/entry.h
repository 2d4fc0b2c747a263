/* entry.h - whether a request may come in, judged by its head before a byte of its body is looked at (docs/design.md
 * section 10).
 *
 * Events are written with a bearer token, from loopback too; with a Content-Type that says what the body is; by no browser
 * (an Origin is refused, and a Host that is no address and none of
 * `ingest.names`). Health is told to everybody and says nothing of anybody.
 * Ownership   the token belongs to the doors.
 */
#ifndef BILAG_INGEST_ENTRY_H
#define BILAG_INGEST_ENTRY_H

#include "domain/doors.h"

#include <microhttpd.h>

enum entry_kind { ENTRY_EVENTS, ENTRY_HEALTH };

struct entry {
    enum entry_kind kind;
    unsigned status;                      /* not let in: with this status ... */
    const char *why;                      /* ... and this sentence; 0: let in */
    int64_t retry_s;                      /* when to come again; 0: whenever */
    bool packed;                          /* the body is msgpack */
    const struct door_token *token;       /* of events */
};

void entry_judge(struct MHD_Connection *connection, const char *url, const char *method, const struct config *config,
                 struct doors *doors, int64_t now_ms, struct entry *ret_entry);
void entry_refuse(struct entry *entry, unsigned status, const char *why);

#endif
