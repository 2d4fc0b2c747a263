/* Sends one receipt over ZeroMQ and TCP, again and again until bilag-ingest says that it is on disk.
 *
 *     cc -o send_zeromq send_zeromq.c -lzmq -lmsgpackc
 *     ./send_zeromq tcp://sales.example.no:7421 SERVER PUBLIC SECRET VENUE REGISTER SEQ TIME ORE
 *
 * The three keys are those that `bilag tokens add --venue VENUE --zeromq new` printed. Debian: libzmq3-dev, libmsgpack-dev.
 * Exit 0: an answer came, and is printed; 2: nobody answered.
 */
#include <msgpack.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

enum { TRIES = 5, WAIT_MS = 5000 };

static void text(msgpack_packer *to, const char *word)
{
    msgpack_pack_str_with_body(to, word, strlen(word));
}

static void number(msgpack_packer *to, const char *name, long long value)
{
    text(to, name);
    msgpack_pack_int64(to, value);
}

static void pair(msgpack_packer *to, const char *name, const char *value)
{
    text(to, name);
    text(to, value);
}

/* An array of one event: what docs/ingest.md calls a native event. Money is whole oere. */
static void pack(msgpack_packer *to, char **words)
{
    long long ore = atoll(words[4]);

    msgpack_pack_array(to, 1);
    msgpack_pack_map(to, 8);
    number(to, "v", 1);
    pair(to, "venue", words[0]);
    pair(to, "register", words[1]);
    number(to, "seq", atoll(words[2]));
    pair(to, "kind", "receipt");
    pair(to, "time", words[3]);
    text(to, "lines");
    msgpack_pack_array(to, 1);
    msgpack_pack_map(to, 3);
    pair(to, "product_type", "food");
    number(to, "vat", 25);
    number(to, "gross", ore);
    text(to, "payments");
    msgpack_pack_array(to, 1);
    msgpack_pack_map(to, 2);
    pair(to, "type", "card");
    number(to, "amount", ore);
}

/* A new socket for each try: who was refused is not let in on the old one. 0: nobody answered. */
static int ask(void *zmq, char **argv, const msgpack_sbuffer *batch)
{
    void *s = zmq_socket(zmq, ZMQ_DEALER);
    int linger = 0, wait = WAIT_MS, len;
    char id[256], answer[65536];

    zmq_setsockopt(s, ZMQ_LINGER, &linger, sizeof linger);
    zmq_setsockopt(s, ZMQ_RCVTIMEO, &wait, sizeof wait);
    zmq_setsockopt(s, ZMQ_CURVE_SERVERKEY, argv[2], strlen(argv[2]));
    zmq_setsockopt(s, ZMQ_CURVE_PUBLICKEY, argv[3], strlen(argv[3]));
    zmq_setsockopt(s, ZMQ_CURVE_SECRETKEY, argv[4], strlen(argv[4]));
    zmq_connect(s, argv[1]);
    zmq_send(s, "1", 1, ZMQ_SNDMORE);
    zmq_send(s, "map", 3, ZMQ_SNDMORE);
    zmq_send(s, batch->data, batch->size, 0);
    len = zmq_recv(s, id, sizeof id, 0) < 0 ? 0 : zmq_recv(s, answer, sizeof answer, 0);
    zmq_close(s);
    if (len > 0 && len < (int)sizeof answer) {
        msgpack_unpacked value;

        msgpack_unpacked_init(&value);
        if (msgpack_unpack_next(&value, answer, (size_t)len, NULL) == MSGPACK_UNPACK_SUCCESS) {
            msgpack_object_print(stdout, value.data);
            puts("");
        }
        msgpack_unpacked_destroy(&value);
    }
    return len;
}

int main(int argc, char **argv)
{
    void *zmq = zmq_ctx_new();
    msgpack_sbuffer batch;
    msgpack_packer packer;
    int answered = 0;

    if (argc != 10)
        return fprintf(stderr, "send_zeromq ADDRESS SERVER PUBLIC SECRET VENUE REGISTER SEQ TIME ORE\n"), 2;
    msgpack_sbuffer_init(&batch);
    msgpack_packer_init(&packer, &batch, msgpack_sbuffer_write);
    pack(&packer, argv + 5);
    for (int i = 0; i < TRIES && !answered; i++)
        answered = ask(zmq, argv, &batch) > 0;
    msgpack_sbuffer_destroy(&batch);
    zmq_ctx_term(zmq);
    return answered ? 0 : 2;
}
