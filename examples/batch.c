/* SPDX-License-Identifier: MIT */
/* batch.c - many small messages: a producer and a consumer that move as many
 * as there are at once, and wait only when there is none. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

enum { SAMPLES = 10000, AT_ONCE = 32 };

WEIR_CHAN(samples, int);

static samples *ch;

static void *
produce(void *unused)
{
    int next = 0;

    while (next < SAMPLES) {
        int some[AT_ONCE];
        size_t n = 0, sent;

        while (n < AT_ONCE && next + (int)n < SAMPLES) {
            some[n] = next + (int)n;
            n++;
        }
        if (weir_send_n(ch, some, n, &sent) != WEIR_OK)
            break;
        next += (int)sent; /* at least 1; the others are offered again */
    }
    weir_close(ch);
    return unused;
}

int
main(void)
{
    pthread_t producer;
    int some[AT_ONCE];
    size_t got;
    long count = 0, sum = 0;

    ch = samples_make(256);
    if (ch == NULL || pthread_create(&producer, NULL, produce, NULL) != 0)
        return 1;
    while (weir_recv_n(ch, some, AT_ONCE, &got) == WEIR_OK)
        for (size_t i = 0; i < got; i++) {
            count++;
            sum += some[i];
        }
    pthread_join(producer, NULL);
    printf("%ld samples, sum %ld\n", count, sum);
    samples_free(ch);
    return 0;
}
