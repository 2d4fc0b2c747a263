/* compare.h - bilag export --compare: vouchers of past days beside what was posted by hand. */
#ifndef BILAG_BILAG_CMD_COMPARE_H
#define BILAG_BILAG_CMD_COMPARE_H

#include "shell.h"

/* The words are CSV files of what was posted; without any, PowerOffice is asked. An exit code: 1 if anything differs. */
int compare_days(struct shell *shell, const struct args *args, const struct venue *venue, int32_t from, int32_t to);

#endif
