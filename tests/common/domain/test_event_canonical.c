#include "event_kit.h"

/* Goal: what rests is for good: the bytes of all forms of event, by their hash, as they were before there were other readers. */
static void bytes_at_rest(void **unused)
{
    static const char *const hashes[COUNT(good)] = {
        "e2377c863c836a9268219df7da090721",
        "cb050c4580e5d39344c34b73848633b1",
        "cd73cdb63b5dbcee666584df08fd5c48",
        "afd51beb985f26a1ef3400420d6921eb",
        "522473ba11890e3e1e573df95686b5c8",
        "8c157d5405597ce8eb8650f359d65406",
        "e3477173095407f9d2c3001020ddcd91",
        "44ba20f2d2326cfc9b5c152a500e4971",
        "13c576216079eb31c995387fb30e119d",
        "d68b315e0cc674ed0c52343b4f6782c3",
    };

    (void)unused;
    for (size_t i = 0; i < COUNT(good); i++) {
        struct event event;
        struct event_hash hash;
        char hex[2 * sizeof hash.bytes + 1] = "";

        arena_reset(&arena);
        event = from_json(good[i]);
        event_hash(canonical(&event), &hash);
        for (size_t j = 0; j < sizeof hash.bytes; j++)
            (void)snprintf(hex + 2 * j, 3, "%02x", hash.bytes[j]);
        assert_string_equal(hex, hashes[i]);
    }
}

/* Goal: the hash tells content from other content. */
static void hashes(void **unused)
{
    struct event event = from_json(good[0]);
    struct event_hash a, b;

    (void)unused;
    event_hash(canonical(&event), &a);
    event_hash(canonical(&event), &b);
    assert_memory_equal(&a, &b, sizeof a);
    event.lines[0].gross.ore++;
    event_hash(canonical(&event), &b);
    assert_memory_not_equal(&a, &b, sizeof a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_at_rest),
        cmocka_unit_test(hashes),
    };

    return cmocka_run_group_tests_name("event_canonical", tests, start, stop);
}
