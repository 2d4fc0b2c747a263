/* compare.h - vouchers of past days beside what a person posted for them: every difference, with its likely cause.
 *
 * Pure: two lists of postings in, differences out. A posting is gross (VAT included), debit positive. What is compared is
 * the sum of a day on (account, VAT code, department): how many lines or vouchers a side has does not count.
 * Sent       what Bilag has sent stands in PowerOffice and is nobody's to post: beside what a person posted is laid what is
 *            not sent. That a person's voucher is one too many is told only if it is the very same as what was sent, and no
 *            other day's: on that word books are reversed.
 * Causes     are looked for from the whole day to the single sum; the first that fits is told, and a sum that none explains
 *            is UNEXPLAINED: the øre decide, nothing is let pass as near enough.
 * Days       of `theirs` may lie around the days of `ours`: what was posted on another day is found there.
 * Ownership  everything lives in the arena; texts are borrowed from the postings.
 */
#ifndef BILAG_BILAG_READ_COMPARE_H
#define BILAG_BILAG_READ_COMPARE_H

#include "base/err.h"
#include "base/money.h"

struct posting {
    int32_t day;
    int64_t account;
    struct str vat_code, department, voucher;    /* voucher: its number or id, theirs only */
    bool sent;                           /* ours: of a voucher that stands in PowerOffice by Bilag */
    int32_t rate;                        /* ours: of what was sold; 0: paid, or none */
    struct money amount;
};
struct postings { struct posting *at; size_t count, room; };
USED enum err postings_add(struct postings *list, struct arena *arena, const struct posting *posting);

/* X(name, code, English, Norwegian). {0} is the other account, VAT code, department, day, or what it is about. */
#define DIFFERENCE_CAUSES(X) \
    X(DIFFERS_BOTH, "both", "Bilag has sent the very same, so one of the two is too many: look at both, then reverse what was " \
      "entered by hand ({0})", "Bilag har sendt nøyaktig det samme, så ett av de to er for mye: se på begge, og tilbakefør det " \
      "som er ført for hånd ({0})") \
    X(DIFFERS_OF_DAY, "of-day", "it is what Bilag has for {0}, posted on this day", "dette er det Bilag har for {0}, ført denne dagen") \
    X(DIFFERS_BESIDES, "besides", "posted besides what Bilag has sent ({0}): a correction, another venue's, or the day once more; " \
      "find out which, and change nothing before", "ført ved siden av det Bilag har sendt ({0}): en korreksjon, et annet " \
      "utsalgssteds, eller dagen en gang til; finn ut hva det er før noe endres") \
    X(DIFFERS_NOT_POSTED, "not-posted", "nothing was posted for this day", "ingenting er ført for denne dagen") \
    X(DIFFERS_NOT_OURS, "not-ours", "Bilag keeps no sales of this day", "Bilag har ikke lagret noe salg for denne dagen") \
    X(DIFFERS_OTHER_DAY, "other-day", "posted on {0}", "ført {0}") \
    X(DIFFERS_TOGETHER, "together", "several days were posted as one, on {0}", "flere dager er ført som én, {0}") \
    X(DIFFERS_TWICE, "twice", "posted twice", "ført to ganger") \
    X(DIFFERS_SIGN, "sign", "debit and credit are exchanged", "debet og kredit er byttet") \
    X(DIFFERS_LATE, "late", "what came late (part {0} and on) was not posted", \
      "det som kom for sent (del {0} og senere) er ikke ført") \
    X(DIFFERS_VAT_CODE, "vat-code", "posted with VAT code {0}", "ført med mva-kode {0}") \
    X(DIFFERS_DEPARTMENT, "department", "posted on department {0}", "ført på avdeling {0}") \
    X(DIFFERS_NET, "net", "posted without its VAT", "ført uten mva.") \
    X(DIFFERS_TIPS, "tips", "tips were posted otherwise (account {0})", "tips er ført annerledes (konto {0})") \
    X(DIFFERS_GIFT_CARDS, "gift-cards", "gift cards were posted otherwise (account {0})", \
      "gavekort er ført annerledes (konto {0})") \
    X(DIFFERS_FEE, "fee", "a fee was taken off first (account {0})", "et gebyr er trukket fra først (konto {0})") \
    X(DIFFERS_ROUNDING, "rounding", "rounding", "avrunding") \
    X(DIFFERS_ACCOUNT, "account", "posted on account {0}", "ført på konto {0}") \
    X(DIFFERS_LEFT_OUT, "left-out", "what Bilag leaves out of the voucher ({0}) was posted as well", \
      "det som Bilag holder utenfor bilaget ({0}), er også ført") \
    X(DIFFERS_UNMAPPED, "unmapped", "the venue's set-up has no account for this (posted by hand: {0}); bilag check says what lacks one", \
      "oppsettet har ingen konto for dette (ført for hånd: {0}); bilag check sier hva som mangler konto") \
    X(DIFFERS_UNEXPLAINED, "unexplained", "not explained: compare the till's own report of the day", \
      "ikke forklart: sammenlign med kassens egen rapport for dagen")

#define X(name, code, en, nb) name,
enum difference_cause { DIFFERENCE_CAUSES(X) DIFFERENCE_CAUSE_COUNT };
#undef X
const char *difference_code(enum difference_cause cause);
/* The sentence, with {0} replaced. */
void difference_say(enum difference_cause cause, struct str about, bool norwegian, struct strbuf *out);

struct difference {
    int32_t day;
    int64_t account;
    struct str vat_code, department;
    struct money ours, theirs;
    enum difference_cause cause;
    struct str about;
};

/* What a voucher leaves out: a payment type's share, or orders. */
struct compare_left { struct str what; struct money amount; };

struct compare_day {
    int32_t day;
    bool sent;                           /* something of it is: posting.sent */
    const struct compare_left *left; size_t left_count;
    const size_t *part_ends; size_t part_count;  /* postings of the day up to these places in `ours`, part by part */
};

struct compare_input {
    struct postings ours, theirs;        /* ours: day by day, in a day part by part */
    const struct compare_day *days; size_t day_count;
    int64_t tip_account, gift_account, rounding_account;     /* 0: none */
};

struct comparison { struct difference *at; size_t count, room; };
/* ERR_MEMORY, ERR_RANGE. Days without a difference have no row. */
USED enum err compare(const struct compare_input *input, struct arena *arena, struct comparison *ret_comparison);

#endif
