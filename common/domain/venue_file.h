/* venue_file.h - one file of DIR/venues becomes one struct venue, or a fault. config.c loads them; who writes a new one
 * parses it first. */
#ifndef BILAG_DOMAIN_VENUE_FILE_H
#define BILAG_DOMAIN_VENUE_FILE_H

#include "venue_keep.h"

/* Reads DIR/venues/<id>.yaml and keeps what it says on the shelf, in the configuration's arena; the zone is opened once in
 * config->zones and shared. */
USED enum err venue_file_load(struct config *config, struct shelf *shelf, struct str id, struct venue *ret_venue,
                              struct fault *fault);
/* The same of a text that is, or is to be, the file of `id` in the configuration `dir`; its key need not be in place and
 * is not read, and the venue has no zone. Everything else lives in the arena. */
USED enum err venue_file_parse(struct str text, struct str id, struct str dir, struct arena *arena,
                               struct venue *ret_venue, struct fault *fault);
void venue_file_help(struct strbuf *out);
/* How a setting is read: preset, bounds, words, meaning. section: NULL for the file's top, else "vat", "product_types",
 * "payment_types". NULL: there is none. */
struct field;
const struct field *venue_file_field(const char *section, const char *key);

#endif
