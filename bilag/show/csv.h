/* csv.h - tables for Norwegian spreadsheets: UTF-8 with its mark, semicolons, decimal comma. */
#ifndef BILAG_BILAG_SHOW_CSV_H
#define BILAG_BILAG_SHOW_CSV_H

#include "base/money.h"

#define CSV_BEGIN "\xef\xbb\xbf"                             /* without it a spreadsheet guesses the letters wrong */

/* A field and what ends it: ';' or '\n'. What a till wrote is cleaned, and never run as a formula. */
void csv_text(struct strbuf *out, struct str text, char end);
void csv_money(struct strbuf *out, struct money amount, char end);       /* "-1234,50" */
void csv_percent(struct strbuf *out, int32_t rate, char end);            /* 1111 -> "11,11" */

#endif
