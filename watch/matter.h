/* matter.h - what somebody must know, from when it begins to when it ends: a missing day, a red document, a stage that is down.
 *
 * Its id says what it is about and is the same at every look, so that it is told once. Both languages are made when it is found,
 * for its recipients read one each. Texts of tills, files and PowerOffice in them are cleaned (clean.h).
 * Ownership  texts live in the arena of the list.
 */
#ifndef BILAG_WATCH_MATTER_H
#define BILAG_WATCH_MATTER_H

#include "domain/config.h"

enum { MATTER_ID_MAX = 400, MATTER_TEXT_MAX = 3000 };

/* At rest a matter names its kind by the place in this table: new ones go to the end. X(name, code, English, Norwegian): the code
 * is what programs get, the words stand in subjects. */
#define MATTER_KINDS(X) \
    X(MATTER_MISSING_DAY,    "missing-day",    "Missing day",                 "Manglende dag") \
    X(MATTER_OPEN_DAY,       "open-day",       "Day not closed",              "Dagen er ikke avsluttet") \
    X(MATTER_RED_DOCUMENT,   "red-document",   "Red document",                "Rødt dokument") \
    X(MATTER_KEY_REFUSED,    "key-refused",    "Key refused",                 "Nøkkelen avvises") \
    X(MATTER_VENUE_OUT,      "venue-left-out", "Venue left out",              "Salgssted utelatt") \
    X(MATTER_PARKED,         "parked",         "Parked sales",                "Parkert salg") \
    X(MATTER_REFUSED,        "refused",        "Refused lines",               "Avviste linjer") \
    X(MATTER_STAGE_DOWN,     "stage-down",     "Process down",                "Prosess nede") \
    X(MATTER_STAGE_BEHIND,   "stage-behind",   "Process behind",              "Prosess på etterskudd") \
    X(MATTER_RELOAD_REFUSED, "reload-refused", "Configuration not taken",     "Oppsettet er ikke tatt i bruk") \
    X(MATTER_DAMAGED,        "damaged",        "Damaged records",             "Skadede poster") \
    X(MATTER_OUTAGE,         "outage",         "PowerOffice does not answer", "PowerOffice svarer ikke") \
    X(MATTER_BACKLOG,        "backlog",        "Documents wait",              "Dokumenter venter") \
    X(MATTER_DISK,           "disk",           "Disk nearly full",            "Disken er nesten full") \
    X(MATTER_LOCK,           "lock-date",      "Days to post before they are locked", "Dager som må føres før de låses") \
    X(MATTER_BLIND,          "blind",          "Bilag cannot be looked at",   "Bilag kan ikke ses på") \
    X(MATTER_MACHINE_AWAY,   "machine-away",   "Machine away",                "Maskin borte") \
    X(MATTER_MACHINE_DIFFERS, "machine-differs", "Machine runs something else", "Maskin kjører noe annet")

#define X(name, code, en, nb) name,
enum matter_kind { MATTER_KINDS(X) MATTER_KIND_COUNT };
#undef X
const char *matter_code(enum matter_kind kind);
const char *matter_title(enum matter_kind kind, bool norwegian);

struct matter {
    struct str id;                       /* "red-document/oslo-grill/2026-11-20/1" */
    uint32_t kind;
    int32_t day;                         /* business day; DAY_ALWAYS: of none */
    struct str venue, company;           /* empty: of the installation */
    struct str en, nb;
    bool young;                          /* it holds, but not for patience_s yet: it does not begin, and what was told stays */
};

/* Those of one look, sorted by id when it is done. */
struct matters { struct matter *at; size_t count, room; struct arena *arena; };
/* Texts are copied. ERR_MEMORY. */
USED enum err matters_add(struct matters *list, const struct matter *matter);
/* By id; of two with one id, one is kept. */
void matters_sort(struct matters *list);
const struct matter *matters_find(const struct matters *list, struct str id);        /* sorted; NULL: it is not there */
bool matter_concerns(const struct watch_recipient *recipient, struct str company);

#endif
