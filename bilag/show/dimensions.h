/* dimensions.h - by what a voucher line is told apart beside account and VAT code, as people read it. */
#ifndef BILAG_BILAG_SHOW_DIMENSIONS_H
#define BILAG_BILAG_SHOW_DIMENSIONS_H

#include "domain/draft.h"

/* To stand behind a line's text: " [project P1, location OSLO]", in the words of "en" or "nb"; empty if it has neither.
 * In the arena. */
struct str dimensions_text(const struct voucher_line *line, struct str language, struct arena *arena);

#endif
