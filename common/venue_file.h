/* venue_file.h - one file of DIR/venues becomes one struct venue, or a fault. Only config.c needs it. */
#ifndef BILAG_VENUE_FILE_H
#define BILAG_VENUE_FILE_H

#include "config.h"

/* Reads DIR/venues/<id>.yaml; the zone is opened once in config->zones and shared. */
USED enum err venue_file_load(struct config *config, struct str id, struct venue *ret_venue,
                              struct fault *fault);
void venue_file_help(struct strbuf *out);

#endif
