/* hash_speed - microseconds of processor that BLAKE2b of 305 bytes takes here and now: the unit in which bench/bench.py says what
 * a receipt costs, so that a machine that is slow, or shared, says the same as a quiet one..
 */
#include <sodium.h>
#include <stdint.h>
#include <stdio.h>
#include <time.h>

enum { BYTES = 305, HASHES = 20000, TRIES = 40 };

static double now_us(void)
{
    struct timespec t;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

int main(void)
{
    unsigned char bytes[BYTES], hash[16];
    double sum = 0;

    if (sodium_init() < 0)
        return 1;
    randombytes_buf(bytes, sizeof bytes);
    for (int try = 0; try < TRIES; try++) {
        double began = now_us();

        for (int i = 0; i < HASHES; i++) {
            (void)crypto_generichash(hash, sizeof hash, bytes, sizeof bytes, NULL, 0);
            bytes[0] ^= hash[0];
        }
        sum += (now_us() - began) / HASHES;
    }
    printf("%.4f\n", sum / TRIES);
    return 0;
}
