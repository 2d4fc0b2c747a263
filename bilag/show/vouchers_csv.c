#include "vouchers_csv.h"

#include <inttypes.h>

/* The day's proof, as a row of its own behind the day's last voucher: its columns are empty in all others. */
static void csv_day(const struct voice *voice, const struct book_doc *doc, const struct day_proof *day, struct strbuf *out)
{
    char when[16];

    csv_text(out, doc->draft.doc.venue, ';');
    strbuf_format(out, "%s;;proof;;;;;;;;;;", day_text(day->day, when));
    csv_text(out, str_of(voice_words(voice, "Z reports; sales = vouchers + orders + manual; difference",
                                  "Z-rapporter; salg = bilag + ordre + manuelt; differanse")), ';');
    if (day->has_z)
        csv_money(out, day->z, ';');
    else
        strbuf_format(out, "none;");
    csv_money(out, day->lines, ';');
    csv_money(out, day->voucher, ';');
    csv_money(out, day->orders, ';');
    csv_money(out, day->manual, ';');
    csv_money(out, day->difference, ';');
    strbuf_format(out, ";\n");
}

void vouchers_csv_doc(const struct voice *voice, const struct book_doc *doc, const struct day_proof *proof, struct arena *arena,
                      struct strbuf *out)
{
    char when[2][16];

    for (size_t i = 0; i < doc->draft.line_count; i++) {
        struct voucher_row row = voucher_row_of(arena, doc, i);

        csv_text(out, doc->id, ';');
        strbuf_format(out, "%s;%s;%s;", day_text(doc->draft.doc.day, when[0]), day_text(doc->draft.post_on, when[1]),
                      doc_state_text(doc->state));
        if (doc->status.number)
            strbuf_format(out, "%" PRId64 ";", doc->status.number);
        else
            strbuf_format(out, "none yet;");
        csv_text(out, row.account, ';');
        csv_text(out, row.counter, ';');
        csv_text(out, row.vat_code, ';');
        csv_percent(out, row.line->sold ? row.line->rate : 0, ';');
        csv_text(out, row.department.len ? row.department : STR("none"), ';');
        csv_money(out, row.debit, ';');
        csv_money(out, row.credit, ';');
        csv_money(out, row.vat, ';');
        csv_text(out, row.line->text, ';');
        strbuf_format(out, ";;;;;;");
        csv_text(out, row.line->project.len ? row.line->project : STR("none"), ';');
        csv_text(out, row.line->location.len ? row.line->location : STR("none"), '\n');
    }
    if (proof)
        csv_day(voice, doc, proof, out);
}
