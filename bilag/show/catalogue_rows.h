/* catalogue_rows.h - the tables behind catalogue.h; each ends with a row without English. */
#ifndef BILAG_BILAG_SHOW_CATALOGUE_ROWS_H
#define BILAG_BILAG_SHOW_CATALOGUE_ROWS_H

struct catalogue_row { const char *en, *nb; };

extern const struct catalogue_row catalogue_faults[], catalogue_settings[];

#endif
