/* chart.h - what books have when the companies file does not say: accounts, VAT codes, departments. */
#ifndef BILAG_SANDBOX_BOOKS_CHART_H
#define BILAG_SANDBOX_BOOKS_CHART_H

#include "books.h"

void chart_preset(struct books *books);

/* Adds, or replaces the one with the same number, keeping the chart sorted. */
struct account *chart_put_account(struct books *books, int64_t no);
struct vat_code *chart_put_vat(struct books *books, const char *code, const char *from);
struct dimension *chart_put_dimension(struct books *books, enum dimension_kind kind,
                                      const char *code);

#endif
