#include "privilege.h"
#include "reflist.h"
#include "refstore.h"
#include "right_books.h"

#include <stdlib.h>
#include <string.h>

enum { REFDATA_LAYOUT = 1, PART_BYTES_MAX = 64 * 1024 * 1024 };

/* The head record of a client. `content` is what the version watches beside the lists. */
struct head { uint64_t version; unsigned have; int64_t read_ms[REF_BITS]; struct str content; };

/* --- head -------------------------------------------------------------------------------------------------- */

static const struct field_row content_rows[] = {
    FIELD(refdata, has_lock_date),
    FIELD(refdata, lock_date),
    FIELD(refdata, has_conversion_date),
    FIELD(refdata, conversion_date),
    FIELD_MAX(refdata, client_name, REF_TEXT_MAX),
    FIELD(refdata, accounting_ok),
    FIELD_MAX(refdata, missing_privileges, REF_TEXT_MAX),
    FIELD_MAX(refdata, login_fault, REF_TEXT_MAX),
    FIELD(refdata, sending_off),
    FIELD_MAX(refdata, client, REF_TEXT_MAX),
    FIELD(refdata, subscription_refused),
};
static const struct fields content_fields = FIELDS(refdata, content_rows, 8, NULL);

/* Lists, version and times of data stay as they are. */
static enum err content_decode(struct str bytes, struct refdata *data)
{
    struct reader in;

    reader_init(&in, bytes);
    fields_take(&content_fields, &in, NULL, data);
    return reader_done(&in) ? ERR_STORE_DAMAGED : ERR_OK;
}

static const struct field_row head_rows[] = {
    FIELD(head, version),
    FIELD(head, have),
    FIELD(head, read_ms[0]),
    FIELD(head, read_ms[1]),
    FIELD(head, read_ms[2]),
    FIELD(head, read_ms[3]),
    FIELD(head, read_ms[4]),
    FIELD(head, read_ms[5]),
    FIELD(head, read_ms[6]),
    FIELD_BYTES(head, content, PART_BYTES_MAX),
    FIELD_LATER(head, read_ms[7], 0, NIL_READ, 0),
    FIELD_LATER(head, read_ms[8], 0, NIL_READ, 0),
};
static const struct fields head_fields = FIELDS(head, head_rows, 10, NULL);
_Static_assert(COUNT(head_rows) == 3 + REF_BITS, "a time for every part");

static enum err part_key(struct str client_id, unsigned bit, struct key *ret_key)
{
    key_init(ret_key);
    key_name(ret_key, client_id);
    key_u32(ret_key, bit);
    return ret_key->failed ? ERR_TOO_LONG : ERR_OK;
}

static enum err head_get(struct txn *txn, struct str client_id, struct head *ret_head)
{
    struct key key;
    struct str value;
    enum err err = part_key(client_id, 0, &key);

    if (!err)
        err = store_get(txn, TABLE_REFDATA, key_str(&key), &value);
    if (err)
        return err;
    return fields_read(&head_fields, value, NULL, ret_head) ? ERR_STORE_DAMAGED : ERR_OK;
}

/* What was read by a program that did not look whose books they are is read anew. */
static unsigned have_of(const struct head *head, const struct refdata *data)
{
    return data->client.len ? head->have : head->have & ~(unsigned)REF_PRIVILEGES;
}

/* --- the store ---------------------------------------------------------------------------------------------- */

enum err refstore_open(struct str state_dir, unsigned flags, struct refstore **ret_store, struct fault *fault)
{
    static const char *const tables[] = { [TABLE_REFDATA] = "refdata", [TABLE_LINKS] = "links",
                                          [TABLE_VERSIONS] = "versions", [TABLE_BOOKS] = "books" };
    struct refstore *store = calloc(1, sizeof *store);
    struct arena arena;
    enum err err;

    if (!store)
        return fault_set(fault, ERR_MEMORY, "out of memory");
    arena_init(&arena, 4096);
    err = store_open(arena_format(&arena, STR_FMT "/poweroffice", STR_ARG(state_dir)), tables, COUNT(tables),
                     REFDATA_LAYOUT, flags, &store->store, fault);
    arena_free(&arena);
    if (err) {
        free(store);
        return err;
    }
    *ret_store = store;
    return ERR_OK;
}

void refstore_relax_if_many(struct refstore *store)
{
    store_relax_if_many(store->store);
}

void refstore_close(struct refstore *store)
{
    if (!store)
        return;
    store_close(store->store);
    free(store);
}

uint64_t refstore_generation(struct refstore *store)
{
    return store_generation(store->store);
}

static int64_t oldest_ms(const struct head *head)
{
    int64_t oldest = 0;

    for (unsigned i = 0; i < REF_BITS; i++)
        if (head->have & (1u << i) && (!oldest || head->read_ms[i] < oldest))
            oldest = head->read_ms[i];
    return oldest;
}

struct load_work { struct str client_id; struct arena *arena; bool lists; struct refdata data; };

static enum err load_lists(struct txn *txn, struct load_work *work)
{
    enum err err = ERR_OK;

    for (size_t i = 0; i < REFLISTS && !err; i++) {
        struct str value;
        struct key key;

        if (!(work->data.have & reflists[i].bit))
            continue;
        err = part_key(work->client_id, reflists[i].bit, &key);
        if (!err)
            err = store_get(txn, TABLE_REFDATA, key_str(&key), &value);
        if (err)
            return err == ERR_NOT_FOUND ? ERR_STORE_DAMAGED : err;
        err = reflist_decode(&reflists[i], value, work->arena, &work->data);
    }
    return err;
}

static enum err load_work(struct txn *txn, void *context)
{
    struct load_work *work = context;
    struct head head;
    uint64_t links = 0;
    enum err err = head_get(txn, work->client_id, &head);

    if (!err)
        err = links_version_get(txn, &links);
    if (err)
        return err;
    work->data = (struct refdata){ .version = head.version + links };
    work->data.read_ms = oldest_ms(&head);
    err = content_decode(arena_copy(work->arena, head.content), &work->data);
    work->data.have = have_of(&head, &work->data);
    if (!err && work->data.client.len)
        err = books_company(txn, work->data.client, &work->data.company);
    work->data.company = arena_copy(work->arena, work->data.company);
    if (!err && work->lists)
        err = load_lists(txn, work);
    return arena_failed(work->arena) ? ERR_MEMORY : err;
}

enum err refdata_load(struct refstore *store, struct str client_id, struct arena *arena, struct refdata *ret_data)
{
    struct load_work work = { .client_id = client_id, .arena = arena, .lists = true };
    enum err err = store_read(store->store, load_work, &work);

    if (!err)
        *ret_data = work.data;
    return err;
}

enum err refdata_of_client(struct refstore *store, struct str client_id, struct arena *arena, struct refdata *ret_data)
{
    struct load_work work = { .client_id = client_id, .arena = arena };
    enum err err = store_read(store->store, load_work, &work);

    if (!err)
        *ret_data = work.data;
    return err;
}

struct summary_work { struct str client_id; struct ref_summary summary; };

static enum err summary_work(struct txn *txn, void *context)
{
    struct summary_work *work = context;
    struct refdata data;
    struct head head;
    uint64_t links;
    enum err err = head_get(txn, work->client_id, &head);

    if (!err)
        err = links_version_get(txn, &links);
    if (!err)
        err = content_decode(head.content, &data);
    if (err)
        return err;
    work->summary = (struct ref_summary){ .version = head.version + links, .read_ms = oldest_ms(&head),
                                          .have = have_of(&head, &data), .login_refused = data.login_fault.len > 0,
                                          .subscription_refused = data.subscription_refused,
                                          .rights_lacking = privileges_lacking(data.missing_privileges) };
    memcpy(work->summary.part_read_ms, head.read_ms, sizeof work->summary.part_read_ms);
    return ERR_OK;
}

enum err refdata_summary(struct refstore *store, struct str client_id, struct ref_summary *ret_summary)
{
    struct summary_work work = { .client_id = client_id };
    enum err err = store_read(store->store, summary_work, &work);

    if (!err)
        *ret_summary = work.summary;
    return err;
}

enum err refdata_version(struct refstore *store, struct str client_id, uint64_t *ret_version)
{
    struct ref_summary summary;
    enum err err = refdata_summary(store, client_id, &summary);

    if (!err)
        *ret_version = summary.version;
    return err;
}

struct opened_work { struct str client_id; struct arena *arena; struct opened opened; };

static enum err opened_work(struct txn *txn, void *context)
{
    struct opened_work *work = context;
    struct refdata data;
    struct head head;
    enum err err = head_get(txn, work->client_id, &head);

    if (!err)
        err = content_decode(head.content, &data);
    if (!err && data.client.len)
        err = books_company(txn, data.client, &work->opened.company);
    if (err)
        return err;
    work->opened.client = arena_copy(work->arena, data.client);
    work->opened.company = arena_copy(work->arena, work->opened.company);
    return arena_failed(work->arena) ? ERR_MEMORY : ERR_OK;
}

enum err right_books_opened(struct refstore *store, struct str client_id, struct arena *arena, struct opened *ret_opened)
{
    struct opened_work work = { .client_id = client_id, .arena = arena };
    enum err err = store_read(store->store, opened_work, &work);

    if (!err)
        *ret_opened = work.opened;
    return err;
}

struct put_work { struct str client_id; const struct refdata *data; bool login_only; struct strbuf out, content; };

static enum err put_list(struct txn *txn, struct put_work *work, const struct reflist *list, bool *changed)
{
    struct key key;
    struct str value;
    enum err err = part_key(work->client_id, list->bit, &key);

    if (err)
        return err;
    strbuf_reset(&work->out);
    reflist_encode(list, work->data, &work->out);
    if (work->out.failed)
        return ERR_MEMORY;
    err = store_get(txn, TABLE_REFDATA, key_str(&key), &value);
    if (!err && str_equal(value, strbuf_str(&work->out)))
        return ERR_OK;
    if (err && err != ERR_NOT_FOUND)
        return err;
    *changed = true;
    return store_put(txn, TABLE_REFDATA, key_str(&key), strbuf_str(&work->out));
}

/* What the head's content will be: the old one with what is put laid over it. */
static enum err new_content(struct put_work *work, const struct head *head, bool known, bool *changed)
{
    const struct refdata *data = work->data;
    struct refdata merged = { .accounting_ok = true };
    enum err err = known ? content_decode(head->content, &merged) : ERR_OK;

    if (err)
        return err;
    if (data->have & REF_DATES) {
        merged.has_lock_date = data->has_lock_date;
        merged.lock_date = data->lock_date;
        merged.has_conversion_date = data->has_conversion_date;
        merged.conversion_date = data->conversion_date;
    }
    if (data->have & REF_PRIVILEGES) {
        merged.client_name = data->client_name;
        merged.accounting_ok = data->accounting_ok;
        merged.sending_off = data->sending_off;
        merged.missing_privileges = data->missing_privileges;
        merged.client = data->client;
    }
    if (data->have & REF_PRIVILEGES || work->login_only) {
        merged.login_fault = data->login_fault;
        merged.subscription_refused = data->subscription_refused;
    }
    strbuf_reset(&work->content);
    fields_write(&content_fields, &merged, &work->content);
    if (work->content.failed)
        return ERR_MEMORY;
    if (!known || !str_equal(head->content, strbuf_str(&work->content)))
        *changed = true;
    return ERR_OK;
}

static enum err put_work(struct txn *txn, void *context)
{
    struct put_work *work = context;
    struct head head = { .version = 0 };
    struct key key;
    bool changed = false, known;
    enum err err = head_get(txn, work->client_id, &head);

    if (err && err != ERR_NOT_FOUND)
        return err;
    known = !err;
    err = new_content(work, &head, known, &changed);
    for (size_t i = 0; i < REFLISTS && !err; i++)
        if (work->data->have & reflists[i].bit)
            err = put_list(txn, work, &reflists[i], &changed);
    if (!err)
        err = part_key(work->client_id, 0, &key);
    if (err || (!changed && work->login_only))
        return err;
    if (changed || (work->data->have & ~head.have))
        head.version++;
    head.have |= work->data->have;
    for (unsigned i = 0; i < REF_BITS; i++)
        if (work->data->have & (1u << i))
            head.read_ms[i] = work->data->read_ms;
    if (work->data->have & REF_PRIVILEGES && work->data->client.len && work->data->company.len) {
        err = books_claim(txn, work->data->company, work->data->client);
        if (err)
            return err;
    }
    head.content = strbuf_str(&work->content);
    strbuf_reset(&work->out);
    fields_write(&head_fields, &head, &work->out);
    return work->out.failed ? ERR_MEMORY : store_put(txn, TABLE_REFDATA, key_str(&key), strbuf_str(&work->out));
}

static enum err put(struct refstore *store, struct put_work *work)
{
    enum err err;

    strbuf_init(&work->out, PART_BYTES_MAX);
    strbuf_init(&work->content, PART_BYTES_MAX);
    err = store_write(store->store, put_work, work);
    strbuf_free(&work->out);
    strbuf_free(&work->content);
    return err;
}

enum err refdata_put(struct refstore *store, struct str client_id, const struct refdata *data)
{
    struct put_work work = { .client_id = client_id, .data = data };

    return put(store, &work);
}

struct login_work { struct str client_id, login_fault; bool subscription, same; };

/* A client that was never read and has no fault needs no record either. */
static enum err login_same_work(struct txn *txn, void *context)
{
    struct login_work *work = context;
    struct refdata data = { .login_fault = STR_NONE, .subscription_refused = false };
    struct head head;
    enum err err = head_get(txn, work->client_id, &head);

    if (!err)
        err = content_decode(head.content, &data);
    work->same = (!err || err == ERR_NOT_FOUND) && str_equal(data.login_fault, work->login_fault) &&
                 data.subscription_refused == work->subscription;
    return err == ERR_NOT_FOUND ? ERR_OK : err;
}

enum err refdata_put_login(struct refstore *store, struct str client_id, struct str login_fault, bool subscription)
{
    struct login_work look = { .client_id = client_id, .login_fault = login_fault, .subscription = subscription };
    struct refdata data = { .login_fault = login_fault, .subscription_refused = subscription };
    struct put_work work = { .client_id = client_id, .data = &data, .login_only = true };
    enum err err = store_read(store->store, login_same_work, &look);     /* most often nothing has changed */

    return err || look.same ? err : put(store, &work);
}

/* --- looking things up --------------------------------------------------------------------------------------- */

const struct ref_account *refdata_account(const struct refdata *data, int64_t no)
{
    return data->account_count ? bsearch(&no, data->accounts, data->account_count, sizeof *data->accounts, ref_by_number)
                               : NULL;
}

static const struct ref_vat_code *refdata_vat_code(const struct refdata *data, struct str code)
{
    return data->vat_code_count
               ? bsearch(&code, data->vat_codes, data->vat_code_count, sizeof *data->vat_codes, ref_by_code) : NULL;
}

const struct ref_vat_code *refdata_vat_code_on(const struct refdata *data, struct str code, int32_t day)
{
    const struct ref_vat_code *any = refdata_vat_code(data, code), *end = data->vat_codes + data->vat_code_count;

    if (!any)
        return NULL;
    while (any > data->vat_codes && str_equal(any[-1].code, code))
        any--;
    for (; any < end && str_equal(any->code, code); any++)
        if (any->active && any->valid_from <= day && day <= any->valid_to)
            return any;
    return NULL;
}

const struct ref_department *refdata_department(const struct refdata *data, struct str code)
{
    return data->department_count ? bsearch(&code, data->departments, data->department_count,
                                            sizeof *data->departments, ref_by_code) : NULL;
}

const struct ref_project *refdata_project(const struct refdata *data, struct str code)
{
    return data->project_count
               ? bsearch(&code, data->projects, data->project_count, sizeof *data->projects, ref_by_code) : NULL;
}

const struct ref_location *refdata_location(const struct refdata *data, struct str code)
{
    return data->location_count
               ? bsearch(&code, data->locations, data->location_count, sizeof *data->locations, ref_by_code) : NULL;
}

const struct ref_product *refdata_product(const struct refdata *data, struct str code)
{
    return data->product_count
               ? bsearch(&code, data->products, data->product_count, sizeof *data->products, ref_by_code) : NULL;
}

const struct ref_customer *refdata_customer(const struct refdata *data, int64_t no)
{
    return data->customer_count
               ? bsearch(&no, data->customers, data->customer_count, sizeof *data->customers, ref_by_number) : NULL;
}
