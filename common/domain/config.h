/* config.h - DIR/bilag.yaml and the YAML files of DIR/venues, checked as a whole (docs/design.md section 6).
 *
 * One row per setting expands to struct, schema, preset, bounds and help (config_rows.h).
 * config_load() gives a complete, immutable picture or none: a bad file changes nothing and the fault
 * says file, line and mend. A venue file that is wrong on its own is left out of the picture and named
 * in `faults` (one venue's typing error stops no other); a wrong bilag.yaml is ERR_CONFIG.
 * Keys are read from files of mode 0600 (or 0400), or systemd credentials, never from YAML. Who does not talk to PowerOffice
 * holds none: where a key would be stands its mark (base/keymarks.h), which says that there is one and whose books it opens.
 * Dates: every mapping entry and every switch may be dated (valid_from); docs/rules.md section 7.
 * Ownership: everything lives in the config until config_free().
 */
#ifndef BILAG_DOMAIN_CONFIG_H
#define BILAG_DOMAIN_CONFIG_H

#include "base/clock.h"
#include "base/keymarks.h"
#include "base/vault.h"
#include "config_rows.h"
#include "base/err.h"
#include "wording.h"

enum { EXTENSION_MAIN = 0, EXTENSION_COUNT = 10 };           /* quickorder, add-on-1 ... add-on-9 */
enum vat_class { VAT_NORMAL, VAT_REDUCED, VAT_NONE, VAT_OTHER };   /* VAT_OTHER: further named classes */
enum { DAY_ALWAYS = INT32_MIN };                             /* valid_from of an undated entry */
enum { CUTOFF_PRESET = 5 * 3600 };                           /* business days begin at 05:00 */

/* Arrays below are sorted by (name, valid_from); the lookup functions find the entry valid on a day. */
struct vat_entry { struct str name; enum vat_class class_; int32_t rate; struct str code; int32_t valid_from; };
struct product_entry {
    struct str name;                                         /* as the till says it */
    struct str title;                                        /* as people read it; empty: the name */
    int64_t account, reduced_account;                        /* 0: blank */
    struct str product, reduced_product;                     /* product codes in PowerOffice; may be empty */
    bool alcohol;
    bool vat_free;                                           /* goods that by law have no VAT */
    int32_t valid_from;
    struct str project, location;                            /* codes; no bytes: the venue's; empty: none */
};
struct payment_entry {
    struct str name, title;
    int64_t account;
    bool transfer;
    int32_t valid_from;
    struct str project, location;                            /* as a product's */
};
struct dated_bool { bool value; int32_t valid_from; };
struct dated_text { struct str value; int32_t valid_from; };
struct dated_cutoff { int32_t seconds; int32_t valid_from; };            /* after local midnight */
struct bools { struct dated_bool *rows; size_t count; };

/* SAF-T code -> our word, overriding the official code lists. */
struct saft_word { struct str code, word; };

enum close_mode { CLOSE_Z_REPORT, CLOSE_CLOCK };
enum order_split { SPLIT_UNSAID, SPLIT_NO, SPLIT_YES };        /* unsaid: as sender.order_split says */
enum weekday { WEEKDAY_MONDAY, WEEKDAY_SUNDAY = 6, WEEKDAY_NONE = 7 };
/* Business days on which a venue is closed on purpose: each of that weekday, or all from `from` to `to`. */
struct closed_days { enum weekday weekday; int32_t from, to; };
enum invoice_date { INVOICE_TODAY, INVOICE_BUSINESS_DAY };   /* docs/rules.md section 4 */

struct venue {
    struct str id, name, file;                               /* file: for faults */
    struct str like;                                         /* whose file says what this one does not; empty: nobody's */
    struct zone *zone;
    struct str zone_name;
    struct dated_cutoff *cutoffs; size_t cutoff_count;       /* preset 05:00 */
    struct str currency;                                     /* "NOK" */
    struct str company;                                      /* organisation number */
    int extension;                                           /* EXTENSION_MAIN, or 1-9 */
    struct str client_key;                                   /* secret, or its mark; empty: not connected yet */
    struct str client_id;                                    /* 16 hex of a hash of the client key: names the
                                                                PowerOffice client in stores and logs; empty
                                                                as long as there is no key */
    struct dated_text *departments; size_t department_count; /* may be none */
    struct dated_text *projects; size_t project_count;       /* of lines whose own entry says none; may be none */
    struct dated_text *locations; size_t location_count;
    struct bools auto_transfer, auto_invoice, send_invoice;  /* preset false */
    bool settlement_pdf;                                     /* a sent voucher gets its settlement as a PDF; preset true */
    int invoice_date;                                        /* enum invoice_date: what invoices are dated */
    int order_split;                                         /* enum order_split: are its order lines split? */
    enum close_mode close;
    int32_t quiet_seconds;                                   /* preset 5 (Z) or 900 (clock) */
    struct str *registers; size_t register_count;            /* those that must report every day */
    int32_t begins;                                          /* days before it are never posted; DAY_ALWAYS: unsaid */
    int32_t expected_by;                                     /* seconds after the midnight that follows the business day */
    struct closed_days *closed; size_t closed_count;
    bool vat_registered;                                     /* preset true */
    struct vat_entry *vat; size_t vat_count;
    struct product_entry *products; size_t product_count;
    struct payment_entry *payments; size_t payment_count;
    struct {
        struct str *locations; size_t location_count;        /* names of the file's locations that are this venue */
        struct saft_word *article_groups; size_t article_group_count;    /* basicID or 040xx -> product type */
        struct saft_word *payment_codes; size_t payment_code_count;      /* basicID or 120xx -> payment type */
        struct str system_id;                                /* the till's, in its own SAF-T; empty: not known */
        bool sequence;                                       /* receipt numbers run without gaps per register; preset true */
    } saft;
    struct str mapping_hash;                                 /* 16 hex over everything that can change a voucher */
};

struct day_hours { int32_t from, to; };                       /* seconds after midnight; from == to: none */

/* Who is told by bilag-watch, one way: one of mail, webhook and command is said. */
struct watch_recipient {
    struct str name, mail, webhook, command;
    struct str secret;                                       /* of the webhook; secret */
    struct str language;                                     /* empty: the installation's */
    struct str *companies; size_t company_count;             /* none: all, and the installation itself */
    struct day_hours quiet;
    bool summary;
};
enum { WATCH_RECIPIENTS_MAX = 200 };

enum { CONFIG_PARTITIONS_MAX = 256 };

struct config {
    struct str dir, state_dir, run_dir;
    struct str postgresql;                                   /* libpq's words for where the stores lie; empty: in state_dir */
    int32_t replicas;                                        /* machines that must have what is acknowledged */
    struct str run_as_stages, run_as_keys;                   /* users of programs without and with keys; empty: one user */
    struct str token_url, api_url;
    bool holds_keys;                                         /* else every key of PowerOffice below is its mark */
    bool tells;                                              /* else the secrets of `watch` are marks too */
    struct keymarks marks;                                   /* of the keys, for who may not have them */
    struct vault vault;                                      /* where the keys lie */
    struct str subscription_key;                             /* secret */
    struct str subscription_key_secondary;                   /* secret; tried where the other is refused; may be empty */
    struct str application_keys[EXTENSION_COUNT];            /* [0] from its file, 1-9 built in */
    struct str contact;                                      /* e-mail address, in the User-Agent; empty: none */
    struct str onboarding_return;                            /* where the browser comes back to; empty: to the command itself */
    int32_t requests_per_second;                             /* 10 */
    struct str http_listen;                                  /* "127.0.0.1:7420", or empty: no HTTP */
    struct str certificate, certificate_key;                 /* files of the HTTP address's TLS, or both empty: none */
    struct str *http_names; size_t http_name_count;          /* by which it is asked for, beside addresses */
    struct str zeromq_listen;                                /* "0.0.0.0:7421" of ingest 0, the next port of 1 ...; or empty */
    struct str spool;                                        /* folder, or empty */
    struct stage_counts { STAGE_COUNTS(CONFIG_INT) } stages;
    struct str language;                                     /* "en" or "nb" */
    enum wording wording;                                    /* of sentences: for who reads them; no file says it */
    int32_t retention_days;                                  /* 400 */
    int32_t requests_days, refused_days;                     /* 90, 400 */
    int32_t partitions;                                      /* 16; fixed when the log is made */
    struct ingest_settings { INGEST_SETTINGS(CONFIG_INT) } ingest;               /* config_rows.h: units, bounds */
    struct sender_settings { SENDER_SETTINGS(CONFIG_INT) bool order_split; } sender;
    struct mapper_settings { MAPPER_SETTINGS(CONFIG_INT) } mapper;
    struct console_settings {
        bool on;                                             /* bilag.yaml has the section: else nobody may look in */
        struct str listen;                                   /* "127.0.0.1:7430" */
        struct str certificate, certificate_key;             /* as those of the HTTP address */
        struct str *names; size_t name_count;                /* that of the address among them */
        bool behind_proxy;                                   /* one with TLS, which says who asks */
        struct str address;                                  /* as browsers reach it; empty: no way to PowerOffice's pages */
        CONSOLE_SETTINGS(CONFIG_INT)
    } console;
    struct watch_settings {
        bool on;                                             /* bilag.yaml has the section */
        struct str smtp, smtp_user, from;                    /* "smtps://mail.example.no" */
        struct str smtp_password;                            /* secret; may be empty */
        struct str smtp_trust;                               /* file of certificates; empty: those of the machine */
        struct str zone_name;
        struct zone *zone;                                   /* NULL: not on */
        int32_t summary_s;                                   /* seconds after midnight; -1: none */
        struct watch_recipient *recipients; size_t recipient_count;
        WATCH_SETTINGS(CONFIG_INT)
    } watch;
    struct venue *venues; size_t venue_count;                /* sorted by id */
    size_t *by_company, *by_client;                          /* siblings.h */
    struct fault *faults; size_t fault_count, fault_room;    /* venues left out, and why */
    struct str *fault_venues;                                /* their ids: fault_venues[i] has faults[i] */
    struct zone **zones; size_t zone_count;                  /* of the venues, each opened once */
    struct arena arena;
};

/* With the keys: for who sends to PowerOffice, or asks it. */
USED enum err config_load(struct str dir, struct config **ret_config, struct fault *fault);
/* For everybody else. Keys that are another user's are known by the marks in STATE_DIR. */
USED enum err config_load_without_keys(struct str dir, struct config **ret_config, struct fault *fault);
/* The same with this venue alone, for who asks for that one: without its siblings. One that is not there is none, or a fault. */
USED enum err config_load_venue(struct str dir, struct str venue, struct config **ret_config, struct fault *fault);
/* For bilag-watch: without keys of PowerOffice, with the secrets of its own section. */
USED enum err config_load_to_tell(struct str dir, struct config **ret_config, struct fault *fault);
/* Keys that only others may read have changed since: it is to be loaded anew. */
bool config_marks_changed(const struct config *config);
/* From now on stores are opened where it says. Before the first. */
USED enum err config_stores(const struct config *config, struct fault *fault);
void config_free(struct config *config);                     /* wipes keys; NULL is fine */

/* Of all venues and what of them can change a voucher, in a word: equal where machines have the same files (their keys, addresses and
 * folders are each machine's own). */
enum { CONFIG_MARK_SIZE = 17 };
void config_mark(const struct config *config, char ret_mark[CONFIG_MARK_SIZE]);

/* After a reload: may the fresh picture replace the former one? ERR_CONFIG and its sentence: no (a bad file changes
 * nothing), for a venue that was served would be left out, or what is fixed while a program runs is another one. */
USED enum err config_may_replace(const struct config *former, const struct config *fresh, struct fault *fault);

const struct venue *config_venue(const struct config *config, struct str id);        /* NULL: unknown */
const struct vat_entry *venue_vat(const struct venue *venue, int32_t rate, int32_t day);
const struct vat_entry *venue_vat_class(const struct venue *venue, enum vat_class class_, int32_t day);
const struct product_entry *venue_product(const struct venue *venue, struct str type, int32_t day);
const struct payment_entry *venue_payment(const struct venue *venue, struct str type, int32_t day);
/* What people call a product type (sold) or payment type of this venue; the type itself if nothing else is said. */
struct str venue_title(const struct venue *venue, bool sold, struct str type, int32_t day);
/* Is it closed on purpose on that business day (closed:)? */
bool venue_is_closed(const struct venue *venue, int32_t day);
bool venue_switch(const struct bools *bools, int32_t day);               /* false before the first row */
/* Are order lines without a net in whole øre split in two? The venue's word goes before the installation's. venue NULL: no
 * venue's word. */
bool venue_order_split(const struct venue *venue, const struct sender_settings *settings);
struct str venue_department(const struct venue *venue, int32_t day);     /* empty: none */
/* Of a line of this product type (sold) or payment type, or of the venue itself where no type is said; empty: none. */
struct str venue_project(const struct venue *venue, bool sold, struct str type, int32_t day);
struct str venue_location(const struct venue *venue, bool sold, struct str type, int32_t day);
/* Whatever day it is: is any line of this venue to have one? */
bool venue_names_project(const struct venue *venue);
bool venue_names_location(const struct venue *venue);
/* The business day of a moment at this venue, with the cut-off that was valid (clock.h). */
int32_t venue_business_day(const struct venue *venue, int64_t time);
/* A VAT class begins on that day, or has another rate or code from then on. */
bool venue_vat_changes_on(const struct venue *venue, int32_t day);
/* [start, end) of a business day, seconds UTC. A day on which a VAT class changes begins at midnight, whatever its
 * cut-off: docs/rules.md section 7. */
void venue_day_span(const struct venue *venue, int32_t day, int64_t *ret_start, int64_t *ret_end);
const char *extension_text(int extension);                   /* "quickorder", "add-on-1" ... */
/* Which of `partitions` a venue's events go to: the same for ever (hash of the id). */
uint32_t venue_partition(struct str id, int32_t partitions);
/* `bilag --help settings`: every setting, its preset, bounds and meaning, from the same rows. */
void config_help(struct strbuf *out);

#endif
