/* Goal: over ZeroMQ and TCP nobody writes without a key, and with it its own venues only; each batch is answered with what became of
 * it, or with why nothing of it was taken and whether to send it again. */
#include "house_rig.h"

#include <msgpack.h>
#include <zmq.h>

enum { WAIT_MS = 20000, ANSWER = 65536, KEY = 41 };

struct keys { char server[KEY], public[KEY], secret[KEY]; };

static struct keys till;
static int tcp_port;
static char answer[ANSWER];              /* of the last batch, as text */

static void text(msgpack_packer *to, const char *word)
{
    (void)msgpack_pack_str_with_body(to, word, strlen(word));
}

static void pair(msgpack_packer *to, const char *name, const char *value)
{
    text(to, name);
    text(to, value);
}

static void number(msgpack_packer *to, const char *name, int64_t value)
{
    text(to, name);
    (void)msgpack_pack_int64(to, value);
}

static void receipt(msgpack_packer *to, const char *venue, int seq)
{
    (void)msgpack_pack_map(to, 8);
    number(to, "v", 1);
    pair(to, "venue", venue);
    pair(to, "register", "K1");
    number(to, "seq", seq);
    pair(to, "kind", "receipt");
    pair(to, "time", "2026-11-20T18:00:00+01:00");
    text(to, "lines");
    (void)msgpack_pack_array(to, 1);
    (void)msgpack_pack_map(to, 3);
    pair(to, "product_type", "food");
    number(to, "vat", 25);
    number(to, "gross", 1000);
    text(to, "payments");
    (void)msgpack_pack_array(to, 1);
    (void)msgpack_pack_map(to, 2);
    pair(to, "type", "card");
    number(to, "amount", 1000);
}

static void hear(void *socket)
{
    static char bytes[ANSWER];
    int len = zmq_recv(socket, bytes, sizeof bytes, 0);
    msgpack_unpacked value;
    FILE *out;

    if (len >= 0)
        len = zmq_recv(socket, bytes, sizeof bytes, 0);
    if (len < 0)
        fail_msg("no answer; %s", house.folder.path);
    out = fmemopen(answer, sizeof answer, "w");
    msgpack_unpacked_init(&value);
    assert_int_equal(msgpack_unpack_next(&value, bytes, (size_t)len, NULL), MSGPACK_UNPACK_SUCCESS);
    msgpack_object_print(out, value.data);
    msgpack_unpacked_destroy(&value);
    assert_int_equal(fclose(out), 0);
}

static void *come_in(void *context, const struct keys *keys)
{
    void *socket = zmq_socket(context, ZMQ_DEALER);
    char address[64];
    int linger = 0, wait = WAIT_MS;

    (void)snprintf(address, sizeof address, "tcp://127.0.0.1:%d", tcp_port);
    (void)zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
    (void)zmq_setsockopt(socket, ZMQ_RCVTIMEO, &wait, sizeof wait);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SERVERKEY, keys->server, KEY - 1), 0);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_PUBLICKEY, keys->public, KEY - 1), 0);
    assert_int_equal(zmq_setsockopt(socket, ZMQ_CURVE_SECRETKEY, keys->secret, KEY - 1), 0);
    assert_int_equal(zmq_connect(socket, address), 0);
    return socket;
}

/* One batch; its answer is in `answer`. */
static void ask_on(void *socket, const char *id, const char *form, struct str bytes)
{
    assert_true(zmq_send(socket, id, strlen(id), ZMQ_SNDMORE) >= 0 && zmq_send(socket, form, strlen(form), ZMQ_SNDMORE) >= 0 &&
                zmq_send(socket, bytes.bytes, bytes.len, 0) >= 0);
    hear(socket);
}

static void ask(const char *id, const char *form, struct str bytes)
{
    void *context = zmq_ctx_new(), *socket = come_in(context, &till);

    ask_on(socket, id, form, bytes);
    (void)zmq_close(socket);
    (void)zmq_ctx_term(context);
}

static void ask_receipts(const char *venue, int first, size_t count)
{
    msgpack_sbuffer batch;
    msgpack_packer packer;

    msgpack_sbuffer_init(&batch);
    msgpack_packer_init(&packer, &batch, msgpack_sbuffer_write);
    (void)msgpack_pack_array(&packer, count);
    for (size_t i = 0; i < count; i++)
        receipt(&packer, venue, first + (int)i);
    ask("id", "map", (struct str){ batch.data, batch.size });
    msgpack_sbuffer_destroy(&batch);
}

static void says(const char *words)
{
    if (!strstr(answer, words))
        fail_msg("not %s: %s; %s", words, answer, house.folder.path);
}

static void take_key(const char *name, char key[KEY])
{
    const char *at = strstr(house.out, name);

    assert_non_null(at);
    (void)str_copy((struct str){ at + strlen(name), KEY - 1 }, key, KEY);
}

static void write_root(int port, const char *limits)
{
    char config[4096], more[4300], *at;

    house_root("en");
    (void)house_read("bilag.yaml", config, sizeof config);
    at = strstr(config, "spool: ");
    assert_non_null(at);
    (void)snprintf(more, sizeof more, "%.*szeromq: \"127.0.0.1:%d\", %s%s", (int)(at - config), config, port, at, limits);
    house_file("bilag.yaml", more);
}

static int second_port(void)
{
    struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons((uint16_t)tcp_port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), port;

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    port = house_free_port();
    assert_int_equal(close(fd), 0);
    return port;
}

static int start(void **unused)
{
    (void)unused;
    house_make(NULL);
    tcp_port = house.port;               /* a second free one is found while the first is held */
    house.port = second_port();
    write_root(tcp_port, "ingest_limits: {token_events_per_second: 10}\n");
    assert_int_equal(house_bilag("tokens add --venue oslo-grill --zeromq new"), 0);
    take_key("server ", till.server);
    take_key("public ", till.public);
    take_key("secret ", till.secret);
    house_start_all();
    return 0;
}

/* Goal: what is sent again is known; a line of another's venue is refused and named, and nothing of it is kept. */
static void with_a_key(void **unused)
{
    (void)unused;
    ask_receipts("oslo-grill", 1, 2);
    says("\"accepted\"=>2, \"duplicates\"=>0");
    ask_receipts("oslo-grill", 1, 2);
    says("\"accepted\"=>0, \"duplicates\"=>2");
    ask_receipts("fjord", 1, 1);
    says("\"accepted\"=>0");
    says("fjord");
    says("\"status\"=>403");
    house_until("explain oslo-grill/2026-11-20/1", "20,00");
    assert_int_equal(house_bilag("refused list"), 0);
}

/* Goal: what is no batch is said to be none, and is not to be sent again. */
static void what_is_no_batch(void **unused)
{
    static const char good[] = { (char)0x90 }, array_of_nothing[] = { (char)0x91, (char)0xc1 }, more[] = { (char)0x90, 0x01 };
    void *context, *socket;
    char id[300];

    (void)unused;
    context = zmq_ctx_new();
    socket = come_in(context, &till);                /* lines of a file are the command's, over ipc */
    assert_true(zmq_send(socket, "id", 2, ZMQ_SNDMORE) >= 0);
    ask_on(socket, "lines", "file", (struct str){ good, 1 });
    says("\"error\"=>\"a batch is");
    (void)zmq_close(socket);
    (void)zmq_ctx_term(context);
    ask("id", "sales", (struct str){ good, 1 });
    says("\"error\"=>\"a batch is");
    says("\"retry\"=>false");
    memset(id, 'x', sizeof id - 1);
    id[sizeof id - 1] = '\0';
    ask(id, "map", (struct str){ good, 1 });
    says("\"error\"=>\"a batch is");
    ask("id", "map", STR("nonsense"));
    says("not a msgpack array");
    ask("id", "map", (struct str){ good, 1 });
    says("\"accepted\"=>0");
    ask("id", "map", (struct str){ array_of_nothing, 2 });
    says("not msgpack, or nested too deep");
    ask("id", "map", (struct str){ more, 2 });
    says("something follows the array");
    assert_int_equal(house_bilag("refused list"), 1);
}

/* Goal: who brings more than its key may is told when to come again, and nothing of that batch is taken. */
static void too_many(void **unused)
{
    time_t end = house_end();

    (void)unused;
    for (int first = 100; ask_receipts("oslo-grill", first, 100), strstr(answer, "\"accepted\"=>100"); first += 100)
        if (time(NULL) > end)
            fail_msg("never too many");
    says("token_events_per_second");
    says("\"retry\"=>true");
    says("\"retry_after_s\"=>");
}

/* Goal: a key that is revoked opens nothing from the next batch on, of who is connected already. */
static void revoked(void **unused)
{
    void *context = zmq_ctx_new(), *socket = come_in(context, &till);

    (void)unused;
    ask_on(socket, "id", "map", (struct str){ "\x90", 1 });
    assert_int_equal(house_bilag("tokens revoke 1 --reason 'the till was stolen'"), 0);
    ask_on(socket, "id", "map", (struct str){ "\x90", 1 });
    says("or it was revoked: nothing of this batch was taken");
    says("\"retry\"=>false");
    (void)zmq_close(socket);
    (void)zmq_ctx_term(context);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(with_a_key),
        cmocka_unit_test(what_is_no_batch),
        cmocka_unit_test(too_many),
        cmocka_unit_test(revoked),
    };

    return cmocka_run_group_tests(tests, start, house_leave);
}
