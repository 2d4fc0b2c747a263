/* deeds.c - what can be decided about documents: accept, by-hand, resend, reverse (act/deeds.h says what each is; deed.h does it for
 * many). */
#include "deed.h"

/* --- accept --- */

static int accept_run(struct shell *shell, const struct args *args)
{
    return args_has(args, "post-on") ? decide_post_on(shell, args) : deed_run(shell, args, &deed_accept);
}

static const struct option accept_options[] = {
    DEED_OPTIONS,
    { "post-on", "DATE", "post the voucher on this day, because its own is locked" },
    { NULL, NULL, NULL },
};

const struct cmd cmd_accept = {
    "accept", "DOCUMENT... PROBLEM --reason TEXT\n--venue VENUE --from DATE --to DATE --problem CODE --reason TEXT\n"
    "DOCUMENT --post-on DATE --reason TEXT",
    "let documents go in spite of a problem of completeness, or post one on another day", accept_options, accept_run,
};

/* --- by-hand --- */

static int by_hand_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &deed_by_hand);
}

static const struct option deed_options[] = { DEED_OPTIONS, { NULL, NULL, NULL } };

const struct cmd cmd_by_hand = {
    "by-hand", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "a person has entered or invoiced it in PowerOffice: it is kept, and never sent", deed_options, by_hand_run,
};

/* --- resend --- */

static int resend_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &deed_resend);
}

const struct cmd cmd_resend = {
    "resend", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "send again what PowerOffice refused or a person took back there, or have an invoice or a PDF sent, when its cause is mended",
    deed_options, resend_run,
};

/* --- leave-reversed --- */

static int leave_reversed_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &deed_leave_reversed);
}

const struct cmd cmd_leave_reversed = {
    "leave-reversed", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "let stay reversed what a person reversed in PowerOffice; bilag resend takes it back", deed_options, leave_reversed_run,
};

/* --- reverse --- */

static int reverse_run(struct shell *shell, const struct args *args)
{
    return deed_run(shell, args, &deed_reverse);
}

const struct cmd cmd_reverse = {
    "reverse", "DOCUMENT... --reason TEXT\n--venue VENUE --from DATE --to DATE [--problem CODE] --reason TEXT",
    "reverse vouchers in PowerOffice; their days are mapped again and sent anew", deed_options, reverse_run,
};
