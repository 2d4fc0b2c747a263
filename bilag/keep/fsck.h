/* fsck.h - is what rests in the stores whole? Every table of every store is walked and every record's checksum is compared, and
 * the record decoded by the program's own decoders; what refers to something else is followed (an event's content hash, a document's indexes).
 *
 * A store is judged in a process of its own: LMDB maps its file, and reading a torn one can end a process.
 * Reading     read-only, also while stages run.
 * Bounds      of each store the first STORECHECK_SHOWN_MAX damaged records are told, the others counted.
 */
#ifndef BILAG_BILAG_KEEP_FSCK_H
#define BILAG_BILAG_KEEP_FSCK_H

#include "domain/config.h"

/* Of the first FSCK_STORES there are backups; what is lost with the others is made anew. */
enum { FSCK_STORES = 9, FSCK_JUDGED = 11, FSCK_OTHER_SIZE = 1024 };

struct fsck_result {
    const char *store;                   /* "mapper" */
    const char *mend;                    /* what to do if it is damaged */
    bool there;
    uint64_t records, damaged;
    char other[FSCK_OTHER_SIZE];         /* the store is of another version, as the stages say it; "": it is not */
};

/* The names of those that a backup has, in the order in which fsck tells them. */
extern const char *const fsck_stores[FSCK_STORES];

/* One damaged record, or (table NULL) something about the store as a whole. */
typedef void (*fsck_told)(const char *store, struct str table, struct str record, struct str why, void *context);

/* Judges one store of the folder. ERR_OK: judged, see the result; else it could not be. */
USED enum err fsck_store(struct str state_dir, size_t which, fsck_told told, void *context, struct fsck_result *ret_result,
                         struct fault *fault);

/* What no store shows by itself: a voucher (sent, sealed or drafted) of a day of which no store has an event, and a day that stays
 * open well past its end. Told with the document as its record; config's own state_dir is not looked at. Needs whole stores. */
USED enum err fsck_days(const struct config *config, struct str state_dir, fsck_told told, void *context,
                        struct fsck_result *ret_result, struct fault *fault);
/* What to do about a voucher without a receipt behind it, by how far it has come; NULL: `why` is about something else. */
const char *fsck_days_mend(struct str why);

/* Is every store of the folder of this program's version? ERR_CONFIG: the fault says which is not. What is damaged, or
 * not there, is passed over. */
USED enum err fsck_versions(struct str state_dir, struct fault *fault);

#endif
