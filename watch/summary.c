#include "summary.h"

#include <inttypes.h>

enum { SUMMARY_BYTES = 16000, LINES_MAX = 40 };

struct sums { uint64_t venues, sent, waiting, red, open; };

static struct sums sums_of(const struct survey *survey, const struct watch_recipient *recipient)
{
    struct sums sums = { 0 };

    for (size_t i = 0; i < survey->row_count; i++) {
        const struct survey_row *row = &survey->rows[i];

        if (!matter_concerns(recipient, row->company))
            continue;
        sums.venues++;
        sums.sent += row->sent;
        sums.waiting += row->waiting;
        sums.red += row->red;
    }
    for (size_t i = 0; i < survey->matters.count; i++)
        sums.open += matter_concerns(recipient, survey->matters.at[i].company);
    return sums;
}

static void head(struct strbuf *out, const struct sums *sums, int32_t day, bool nb)
{
    char text[16];

    strbuf_format(out, nb ? "Bilag %s\n\nSalgssteder: %" PRIu64 "\nSendt det siste døgnet: %" PRIu64 "\nVenter på at noen "
                                                                                                     "overfører: %"
                            PRIu64 "\nRøde dokumenter: %" PRIu64 "\n"
                          : "Bilag %s\n\nVenues: %" PRIu64 "\nSent in the last 24 hours: %" PRIu64 "\nWaiting for someone "
                                                                                                   "to transfer: %"
                            PRIu64 "\nRed documents: %" PRIu64 "\n",
                  day_text(day, text), sums->venues, sums->sent, sums->waiting, sums->red);
    if (!sums->open)
        strbuf_add(out, nb ? STR("\nIngenting er galt.\n") : STR("\nNothing is wrong.\n"));
    else
        strbuf_format(out, nb ? "\nIkke over (%" PRIu64 "):\n" : "\nNot over (%" PRIu64 "):\n", sums->open);
}

struct str summary_text(const struct survey *survey, const struct watch_recipient *recipient, int32_t day, struct arena *arena)
{
    struct str language = recipient->language.len ? recipient->language : survey->config.language, text;
    const struct sums sums = sums_of(survey, recipient);
    bool nb = str_equal(language, STR("nb"));
    struct strbuf out;
    size_t lines = 0;

    strbuf_init(&out, SUMMARY_BYTES + 4 * MATTER_TEXT_MAX);
    head(&out, &sums, day, nb);
    for (size_t i = 0; i < survey->matters.count && lines < LINES_MAX && out.len < SUMMARY_BYTES - MATTER_TEXT_MAX; i++) {
        const struct matter *matter = &survey->matters.at[i];
        struct str words = nb ? matter->nb : matter->en;

        if (!matter_concerns(recipient, matter->company))
            continue;
        lines++;
        strbuf_format(&out, "* %s: " STR_FMT "\n", matter_title((enum matter_kind)matter->kind, nb), STR_ARG(words));
    }
    if (lines < sums.open)
        strbuf_format(&out, nb ? "... og %" PRIu64 " til: bilag status\n" : "... and %" PRIu64 " more: bilag status\n",
                      sums.open - lines);
    text = out.failed ? STR_NONE : arena_copy(arena, strbuf_str(&out));
    strbuf_free(&out);
    return text;
}
