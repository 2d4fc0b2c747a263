/* What an asker wants of the uploader, and what it is answered (poweroffice/errand.h): whoever has the asker's key may send anything. */
#include "fuzz.h"

#include "poweroffice/errand.h"

#include <string.h>

static bool same(const struct errand *one, const struct errand *two)
{
    return one->kind == two->kind && one->number == two->number && strcmp(one->venue, two->venue) == 0 &&
           strcmp(one->client, two->client) == 0 && strcmp(one->path, two->path) == 0 && strcmp(one->name, two->name) == 0 &&
           strcmp(one->company, two->company) == 0 && one->extension == two->extension && strcmp(one->state, two->state) == 0;
}

/* Written and read again; false: it has become too long. */
static bool once_more(const struct errand *read, struct errand *ret_again)
{
    struct strbuf out;
    bool fits;

    strbuf_init(&out, 16 * ERRAND_BYTES_MAX);
    errand_write(read, &out);
    MUST(!out.failed);
    fits = errand_read(strbuf_str(&out), ret_again) == ERR_OK;
    MUST(ret_again->number == read->number || out.len > ERRAND_BYTES_MAX);
    strbuf_free(&out);
    return fits;
}

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.bytes[i] < 0x20 || text.bytes[i] > 0x7e || text.bytes[i] == '\\')
            return false;
    return true;
}

/* What is no UTF-8 is mended by writing it, and longer then. */
static void errand(struct str text)
{
    struct errand read, again;

    if (errand_read(text, &read)) {
        MUST(read.kind <= ERRAND_KINDS);
        return;
    }
    MUST(read.kind < ERRAND_KINDS);
    if (once_more(&read, &again))
        MUST(again.kind == read.kind && (same(&read, &again) || !is_plain(text)));
}

/* Texts may be cut, and mended where that left no UTF-8. */
static bool alike(const struct errand_answer *one, const struct errand_answer *two)
{
    const struct answer *a = &one->answer, *b = &two->answer;

    return one->number == two->number && one->refusal == two->refusal &&
           a->outcome == b->outcome && a->status == b->status && a->last_page == b->last_page && a->closed == b->closed &&
           a->subscription_refused == b->subscription_refused && a->next.said == b->next.said &&
           a->next.number == b->next.number && a->next.size == b->next.size && a->took_ms == b->took_ms;
}

static void answer(struct str text)
{
    static const struct str body = { "[1]", 3 };
    struct errand_answer read, again;
    struct strbuf out;

    if (errand_answer_read(text, body, &read))
        return;
    MUST(read.refusal < ERRAND_REFUSAL_COUNT && read.answer.body.bytes == body.bytes && read.answer.body.len == body.len);
    strbuf_init(&out, 64 * ERRAND_BYTES_MAX);
    errand_answer_write(&read, &out);
    MUST(!out.failed && errand_answer_read(strbuf_str(&out), body, &again) == ERR_OK && alike(&read, &again));
    strbuf_free(&out);
}

/* What is let through is one line of an address, of a list that is known. */
static void path(struct str text)
{
    if (!errand_reads(text))
        return;
    MUST(text.len && text.bytes[0] == '/');
    for (size_t i = 0; i < text.len; i++)
        MUST(text.bytes[i] > 0x20 && text.bytes[i] < 0x7f && text.bytes[i] != '#');
    MUST(!memchr(text.bytes + 1, '/', text.len - 1) || memchr(text.bytes, '?', text.len));
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len)
{
    unsigned which = fuzz_choice(&bytes, &len, 3);
    struct str text = { (const char *)bytes, len };

    (which == 0 ? errand : which == 1 ? answer : path)(text);
    return 0;
}
