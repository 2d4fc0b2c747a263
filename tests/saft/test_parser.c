/* Goal: whatever bytes come, in whatever pieces, the answer is events or a sentence: no crash, no leak, no
 * memory that grows with the file, and nothing at all from the disk or the network. */
#include "kit.h"

#include <sys/resource.h>
#include <time.h>

#include "saft/parser.h"

static uint64_t state;

/* xorshift64: a run is repeated from its seed. */
static uint64_t random_next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state;
}

static void seed(void)
{
    const char *given = getenv("BILAG_SEED");

    state = given ? strtoull(given, NULL, 10) : (uint64_t)time(NULL) * 2654435761u + (uint64_t)getpid();
    state |= 1;
    print_message("BILAG_SEED=%" PRIu64 "\n", state);
}

static char *file_load(const char *path, size_t *ret_len)
{
    FILE *file = fopen(path, "r");
    char *bytes = malloc(1 << 17);

    assert_non_null(file);
    ensure(bytes);
    *ret_len = fread(bytes, 1, 1 << 17, file);
    (void)fclose(file);
    return bytes;
}

static enum err nobody(const struct event *event, void *context)
{
    (void)event;
    (void)context;
    return ERR_OK;
}

static enum err push_all(const char *bytes, size_t len, size_t piece, struct kept *kept, struct fault *fault)
{
    struct parser *parser;
    enum err err = ERR_OK;

    assert_int_equal(parser_new(&venue, "test.xml", kept ? keep : nobody, NULL, kept, &parser), ERR_OK);
    for (size_t at = 0; at < len && !err; at += piece)
        err = parser_push(parser, bytes + at, len - at < piece ? len - at : piece, fault);
    if (!err)
        err = parser_end(parser, fault);
    else
        assert_int_equal(parser_push(parser, "x", 1, fault), err);   /* it stays with its answer */
    parser_free(parser);
    return err;
}

static void any_pieces(void **unused)
{
    static const size_t pieces[] = { 1, 2, 3, 7, 100, 4096, 1 << 20 };
    size_t len;
    char *bytes = file_load("tests/data/saft/cases/12-namespace-prefix-n1.xml", &len);
    struct kept whole;
    struct fault fault;

    (void)unused;
    kept_init(&whole);
    assert_int_equal(push_all(bytes, len, len, &whole, &fault), ERR_OK);
    assert_int_equal(whole.count, 6);
    for (size_t i = 0; i < COUNT(pieces); i++) {
        struct kept kept;

        kept_init(&kept);
        assert_int_equal(push_all(bytes, len, pieces[i], &kept, &fault), ERR_OK);
        assert_true(kept_equal(&kept, &whole));
        kept_free(&kept);
    }
    kept_free(&whole);
    free(bytes);
}

/* Cut off anywhere: refused, with a sentence. */
static void cut_anywhere(void **unused)
{
    size_t len;
    char *bytes = file_load("tests/data/saft/cases/53-gift-card-mixed-receipt.xml", &len);

    (void)unused;
    for (size_t cut = 0; cut + 12 < len; cut += 37) {
        struct fault fault = { "" };

        if (push_all(bytes, cut, 4096, NULL, &fault) == ERR_OK || !fault.text[0])
            fail_msg("cut at %zu: taken, or no sentence", cut);
    }
    free(bytes);
}

static void mutate(char *bytes, size_t *len)
{
    static const char *const bits[] = { "<", ">", "&", "</nr>", "<vat>", "-", "9999999999999999", "\xff", "<![CDATA[",
                                        "]]>", "<!--", "<!DOCTYPE a>", "&#0;", "&#x10FFFF;", ".", "D", "<n1:nr>", "0" };
    size_t at = random_next() % *len;

    switch (random_next() % 5) {
    case 0:
        bytes[at] = (char)random_next();
        break;
    case 1: {                                        /* a piece is lost */
        size_t gone = random_next() % 64;

        gone = gone < *len - at ? gone : *len - at;
        memmove(bytes + at, bytes + at + gone, *len - at - gone);
        *len -= gone;
        break;
    }
    case 2: {                                        /* a piece is there twice */
        size_t more = random_next() % 512;

        more = more < *len - at ? more : *len - at;
        memmove(bytes + at + more, bytes + at, *len - at);
        *len += more;
        break;
    }
    case 3: {
        const char *bit = bits[random_next() % COUNT(bits)];

        memmove(bytes + at + strlen(bit), bytes + at, *len - at);
        memcpy(bytes + at, bit, strlen(bit));
        *len += strlen(bit);
        break;
    }
    default:                                         /* a digit becomes another: well-formed, but other sums */
        for (size_t i = at; i < *len; i++) {
            if (bytes[i] >= '0' && bytes[i] <= '9') {
                bytes[i] = (char)('0' + random_next() % 10);
                break;
            }
        }
    }
}

static void fuzz(void **unused)
{
    static const char *const files[] = {
        "10-plain.xml", "50-tips-outside-amount.xml", "53-gift-card-mixed-receipt.xml", "54-credit-sales.xml",
        "59-training-void-payin-payout-float.xml", "66-vendor-own-vat-codes.xml",
    };
    unsigned taken = 0, refused = 0;

    (void)unused;
    seed();
    for (size_t round = 0; round < 3000; round++) {
        char path[128], *bytes;
        struct fault fault = { "" };
        struct kept kept;
        size_t len;

        (void)snprintf(path, sizeof path, "tests/data/saft/cases/%s", files[round % COUNT(files)]);
        bytes = file_load(path, &len);
        for (uint64_t times = 1 + random_next() % 4; times; times--)
            mutate(bytes, &len);
        kept_init(&kept);
        if (push_all(bytes, len, 1 + random_next() % 5000, &kept, &fault)) {
            refused++;
            if (!fault.text[0])
                fail_msg("refused without a sentence");
        } else {
            taken++;
        }
        kept_free(&kept);
        free(bytes);
    }
    print_message("%u taken, %u refused\n", taken, refused);
    assert_true(taken > 100 && refused > 100);
}

/* Depth, texts, lines, payments: bounded, each with its own sentence. */
struct bound { const char *why, *before, *unit, *after; size_t times; enum err err; const char *says; };

static void bounds(void **unused)
{
    static const struct bound rows[] = {
        { "deep", FILE_HEAD, "<x>", "", 40, ERR_TOO_LONG, "deeper than 32" },
        { "long text", FILE_HEAD "<location><name>", "0123456789abcdef", "</name></location>" FILE_TAIL, 1025, ERR_TOO_LONG,
          "name is longer than 16384" },
        { "lines", FILE_HEAD PLACE_HEAD "<cashtransaction><nr>5</nr>", LINE_OF("PIZZA", "1.00", "C", "25"), "", 1999,
          ERR_TOO_LONG, "receipt 5: it has more than 1998 lines" },
        { "payments", FILE_HEAD PLACE_HEAD "<cashtransaction><nr>5</nr>", PAID("CARD", "1.00"), "", 100, ERR_TOO_LONG,
          "more than 99 payments" },
        { "Z rates", FILE_HEAD PLACE_HEAD "<event><eventReport><reportCashSalesVat>", "<reportCashSaleVat/>", "", 101,
          ERR_TOO_LONG, "100 VAT rates" },
        { "Z payments", FILE_HEAD PLACE_HEAD "<event><eventReport><reportPayments>", "<reportPayment/>", "", 101,
          ERR_TOO_LONG, "100 payment types" },
        { "receipt of many texts", FILE_HEAD PLACE_HEAD "<cashtransaction><nr>5</nr>", "<desc>"
          "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef</desc>",
          "", 90000, ERR_MEMORY, "more text than one receipt may have" },
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct parser *parser;
        struct fault fault = { "" };
        enum err err;

        assert_int_equal(parser_new(&venue, "test.xml", nobody, NULL, NULL, &parser), ERR_OK);
        err = parser_push(parser, rows[i].before, strlen(rows[i].before), &fault);
        for (size_t j = 0; j < rows[i].times && !err; j++)
            err = parser_push(parser, rows[i].unit, strlen(rows[i].unit), &fault);
        if (!err)
            err = parser_push(parser, rows[i].after, strlen(rows[i].after), &fault);
        if (err != rows[i].err || !strstr(fault.text, rows[i].says))
            fail_msg("%s: %s, says: %s", rows[i].why, err_text(err), fault.text);
        parser_free(parser);
    }
}

static long resident_kb(void)
{
    long size = 0, resident = 0;
    FILE *file = fopen("/proc/self/statm", "r");

    ensure(file && fscanf(file, "%ld %ld", &size, &resident) == 2 && fclose(file) == 0);
    return resident * sysconf(_SC_PAGESIZE) / 1024;
}

static enum err count_only(const struct event *event, void *context)
{
    (void)event;
    ++*(uint64_t *)context;
    return ERR_OK;
}

/* 120 MB of receipts in one register, a Z for every thousand: what is resident after a tenth stays. */
static void flat_memory(void **unused)
{
    static const char *const head = FILE_HEAD PLACE_HEAD;
    static const char *const tail = PLACE_TAIL FILE_TAIL;
    enum { RECEIPTS = 200000 };
    struct parser *parser;
    struct fault fault = { "" };
    uint64_t events = 0, bytes = 0;
    long early = 0;
    char text[1200];

    (void)unused;
    assert_int_equal(parser_new(&venue, "test.xml", count_only, NULL, &events, &parser), ERR_OK);
    assert_int_equal(parser_push(parser, head, strlen(head), &fault), ERR_OK);
    for (int i = 1; i <= RECEIPTS; i++) {
        int len = snprintf(text, sizeof text,
                           SALE("%d", "SALE", "30.00", "C", LINE_OF("PIZZA", "10.00", "C", "25")
                                LINE_OF("BEER", "20.00", "C", "25") PAID("CARD", "30.00")
                                "<signature>QC5jDT7Ogj7+eoAzHc+H6mHU4Nnk1adQXjFa85XYiyNbN55yl1HSmTDgn0D3</signature>"),
                           i, i);

        assert_int_equal(parser_push(parser, text, (size_t)len, &fault), ERR_OK);
        bytes += (uint64_t)len;
        if (i == RECEIPTS / 10)
            early = resident_kb();
    }
    assert_int_equal(parser_push(parser, tail, strlen(tail), &fault), ERR_OK);
    assert_int_equal(parser_end(parser, &fault), ERR_OK);
    print_message("%" PRIu64 " MB, %" PRIu64 " events, %ld kB early, %ld kB late\n", bytes >> 20, events, early,
                  resident_kb());
    assert_int_equal(events, RECEIPTS);
    assert_true(resident_kb() - early < 2048);
    parser_free(parser);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_pieces), cmocka_unit_test(cut_anywhere), cmocka_unit_test(fuzz),
        cmocka_unit_test(bounds),     cmocka_unit_test(flat_memory),
    };

    return cmocka_run_group_tests(tests, venue_make, venue_drop);
}
