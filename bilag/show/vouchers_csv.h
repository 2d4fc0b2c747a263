/* vouchers_csv.h - vouchers as a table for a spreadsheet, a row a line, and each day's proof behind the day's last voucher. */
#ifndef BILAG_BILAG_SHOW_VOUCHERS_CSV_H
#define BILAG_BILAG_SHOW_VOUCHERS_CSV_H

#include "bilag/read/voucher_rows.h"
#include "csv.h"
#include "voice.h"

#define VOUCHERS_CSV_BEGIN \
    CSV_BEGIN "document;business_day;posting_date;state;voucher_no;account;counter_account;vat_code;vat_rate;department;" \
    "debit;credit;vat;description;z_total;lines_total;voucher_total;orders_total;manual_total;difference;" \
    "project;location\n"
/* proof: voucher_proof() of the document; may be NULL. */
void vouchers_csv_doc(const struct voice *voice, const struct book_doc *doc, const struct day_proof *proof, struct arena *arena,
                      struct strbuf *out);

#endif
