"""What nobody knows of PowerOffice (its API's description, section 20): a seed draws one value of each, so that the books
must be right whichever it is.

Left out: duplicate_reference=accept and duplicate_check=replica, where a request without an answer can stand in the books
unseen for longer than anybody waits; lock_status=403, which says that the key has no right; balance_per_date and
decimals_over, which refuse what we never send; send_result=failed and allow_send_invoice=off, after which no invoice is ever sent;
credit_marks and onboarding, which no seed does."""

UNKNOWNS = {
    "duplicate_reference": ("400", "409"),
    "duplicate_names_id": ("off", "on"),
    "rule_status": ("400", "404", "409", "422"),
    "lock_status": ("400", "404", "409", "422"),
    "unknown_id_status": ("400", "404"),
    "reverse_status": ("202", "200"),
    "pdf_status": ("204", "202"),
    "unknown_query": ("refuse", "ignore"),
    "unknown_body": ("ignore", "refuse"),
    "body_names": ("exact", "any"),
    "empty_list": ("204", "200"),
    "retry_after": ("on", "off"),
    "gateway_status_code": ("number", "text"),
    "problem_names": ("lower", "pascal"),
    "problem_errors": ("on", "off"),
    "body_403": ("empty", "problem"),
    "voucher_no_in_201": ("real", "zero"),
    "dates": ("date", "datetime"),
    "timestamps": ("z", "offset", "bare"),
    "pagination": ("full", "next", "absent"),
    "order_status": ("Draft", "Confirmed"),
    "order_dates_required": ("off", "on"),
    "vat_rounding": ("line", "order"),
    "transactions_amount": ("net", "gross"),
    "reversal_privilege": ("ReverseVoucher_Full", "YearEndVoucher_Full", "either"),
    "reversal_date": ("original", "today"),
    "reversal_reference": ("off", "on"),
    "reversal_ms": ("0", "0", "700"),
    "reversal_frees": ("at_once", "done"),
    "reversal_changes": ("on", "off"),
    "page_cut": ("0", "0", "7"),
    "words": ("english", "norwegian", "other", "none"),
    "reference_scope": ("type", "shared"),
    "revoked_tokens": ("refuse", "live"),
    "allow_send_said": ("yes", "no"),
    "product_status": ("201", "200"),
    "sent_state": ("array", "object"),
    "send_again": ("accept", "refuse"),
    "send_ms": ("0", "500"),
}


def draw(rng):
    """{switch: value}"""
    drawn = {name: rng.choice(values) for name, values in UNKNOWNS.items()}
    if drawn["pagination"] == "absent":          # a list that is cut short and does not say so cannot be told from a whole one
        drawn["page_cut"] = "0"
    return drawn
