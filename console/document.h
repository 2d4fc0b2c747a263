/* document.h - one document on a page: the voucher as the guide shows it, what is wrong with it, and what can be done. */
#ifndef BILAG_CONSOLE_DOCUMENT_H
#define BILAG_CONSOLE_DOCUMENT_H

#include "bilag/read/voucher_rows.h"
#include "view.h"

/* Lines, sums and what was left to be done by hand. */
void document_voucher(struct view *view, const struct book_doc *doc);
/* The problems in words, and each way on: a form where the console has it, else its command. back: where to look after it. */
void document_problems(struct view *view, const struct book_doc *doc, struct str back);
/* Transfer, send again, reverse: what can be done whatever is wrong. */
void document_acts(struct view *view, const struct book_doc *doc, struct str back);
/* The way to what was sent to PowerOffice for it, and answered. */
void document_requests(struct view *view, const struct book_doc *doc);
/* What happened to it, and what people decided. */
void document_history(struct view *view, struct books *books, const struct book_doc *doc, const struct venue *venue);

#endif
