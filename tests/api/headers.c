/* SPDX-License-Identifier: MIT */
/*
 * headers.c - the acceptance program of that name: the embedder's view, the
 * tier-1 headers alone, no library.
 *
 * Builds as C11, C17, C2x and, as it is, as C++11 to C++23, without a
 * warning; links with -pthread only; prints exactly
 *
 *     ordered 1 sums 9999900000 9999900000 9999900000
 */
#include <pthread.h>
#include <stdio.h>

#include <weir/mpmc.h>
#include <weir/scq.h>
#include <weir/spsc.h>

struct event {
    long key;
    long value;
};

WEIR_SPSC(spsc_events, struct event,
          64); /* type, storage for 64, inline functions */
WEIR_MPMC(mpmc_events, struct event, 64);
WEIR_SCQ(scq_events, struct event, 64); /* strictly lock-free */

static spsc_events line;
static mpmc_events pool;
static scq_events safe;

enum { COUNT = 100000 };

static void *
produce(void *arg)
{
    (void)arg;
    for (long i = 0; i < COUNT; i++) {
        struct event e = { i, 2 * i };

        while (!spsc_events_try_push(&line, e))
            weir_cpu_relax();
        while (!mpmc_events_try_push(&pool, e))
            weir_cpu_relax();
        while (!scq_events_try_push(&safe, e))
            weir_cpu_relax();
    }
    return NULL;
}

int
main(void)
{
    pthread_t t;
    struct event e;
    long a = 0, b = 0, c = 0, ordered = 1;

    spsc_events_init(&line);
    mpmc_events_init(&pool);
    scq_events_init(&safe);
    if (pthread_create(&t, NULL, produce, NULL) != 0)
        return 1;
    for (long i = 0; i < COUNT; i++) {
        while (!spsc_events_try_pop(&line, &e))
            weir_cpu_relax();
        a += e.value;
        ordered &= e.key == i;
        while (!mpmc_events_try_pop(&pool, &e))
            weir_cpu_relax();
        b += e.value;
        ordered &= e.key == i;
        while (!scq_events_try_pop(&safe, &e))
            weir_cpu_relax();
        c += e.value;
        ordered &= e.key == i;
    }
    pthread_join(t, NULL);
    printf("ordered %ld sums %ld %ld %ld\n", ordered, a, b, c);
    return 0;
}
