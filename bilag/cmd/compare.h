/* compare.h - bilag export --compare: vouchers of past days beside what was posted by hand. */
#ifndef BILAG_BILAG_CMD_COMPARE_H
#define BILAG_BILAG_CMD_COMPARE_H

#include "bilag/read/books.h"
#include "shell.h"

/* So many days around the period must be in the list: what was posted on another day is found there. */
enum { AROUND_DAYS = 7 };
/* The words are CSV files of what was posted; without any, PowerOffice is asked. An exit code: 1 if anything differs. */
int compare_days(struct shell *shell, const struct args *args, const struct venue *venue, const struct book_list *list,
                 int32_t from, int32_t to);

#endif
