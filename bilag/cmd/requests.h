/* requests.h - `bilag explain DOCUMENT --requests`. */
#ifndef BILAG_BILAG_CMD_REQUESTS_H
#define BILAG_BILAG_CMD_REQUESTS_H

#include "bilag/read/books.h"
#include "shell.h"

int requests_show(struct shell *shell, const struct book_doc *doc);          /* an exit code */

#endif
