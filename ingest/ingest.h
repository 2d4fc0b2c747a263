/* ingest.h - one ingest process: what it holds, and its life. What it does in a turn is main.c's recipe.
 *
 * Ownership   everything in it is closed by ingest_close(); sources that the configuration does not name are NULL.
 */
#ifndef BILAG_INGEST_INGEST_H
#define BILAG_INGEST_INGEST_H

#include "batches.h"
#include "eventlog.h"
#include "gather.h"
#include "http.h"
#include "intake.h"
#include "logservice.h"
#include "retention.h"
#include "spool.h"
#include "stage/stage.h"

struct ingest {
    struct eventlog *log;
    struct pseudonyms *pseudonyms;       /* NULL: nobody was forgotten */
    struct intake *intake;
    struct http *http;
    struct doors *doors;
    struct batches *batches;
    struct spool *spool;
    struct logservice *logservice;
    struct retention *retention;
    struct gather gather;
};

/* stage_ops. */
USED enum err ingest_open(struct stage *stage, void **ret_state, struct fault *fault);
void ingest_close(struct stage *stage, void *state);
USED enum err ingest_reload(struct stage *stage, void *state);
void ingest_status(struct stage *stage, void *state, struct strbuf *json);

void ingest_count(struct stage *stage, const struct ingest *ingest);

#endif
