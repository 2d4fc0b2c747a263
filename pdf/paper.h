/* paper.h - sheets of A4 with rows of text, as a PDF: the same rows give the same bytes.
 *
 * Fonts      DejaVu Sans, embedded as far as it is used, from the package fonts-dejavu-core (FONT_FOLDER). Latin, Greek and
 *            Cyrillic letters, each in a single-byte encoding that every reader knows how to select and search.
 * Rows       from top to bottom; a row that does not fit begins the next sheet. A text that is too long for its column is
 *            cut with an ellipsis; other letters, control characters and what is no UTF-8 are shown as question marks.
 * Units      points (1/72 inch), whole ones.
 * Errors     ERR_NOT_FOUND (a font cannot be read, and the fault says which), ERR_MEMORY. After one, all calls do nothing
 *            and paper_finish() answers it.
 */
#ifndef BILAG_PDF_PAPER_H
#define BILAG_PDF_PAPER_H

#include "base/err.h"

#define FONT_FOLDER "/usr/share/fonts/truetype/dejavu"

enum { PAPER_LEFT = 48, PAPER_RIGHT = 547 };

enum paper_style { PAPER_TITLE, PAPER_HEAD, PAPER_LABEL, PAPER_ROW, PAPER_TOTAL, PAPER_STYLE_COUNT };

/* From left to right edge; `end`: set against the right edge, as amounts are. */
struct paper_cell { struct str text; int left, right; bool end; };

struct paper;
USED enum err paper_open(struct paper **ret_paper, struct fault *fault);
void paper_close(struct paper *paper);                       /* NULL is fine */
void paper_row(struct paper *paper, enum paper_style style, const struct paper_cell *cells, size_t count);
/* That many rows shall stand together: if they do not fit, the next sheet begins. */
void paper_keep(struct paper *paper, size_t rows);
void paper_gap(struct paper *paper, int points);
/* Footer: on every sheet, with its number. The PDF's bytes are added to out. */
USED enum err paper_finish(struct paper *paper, struct str footer, struct strbuf *out, struct fault *fault);

#endif
