/* SPDX-License-Identifier: MIT */
/*
 * lin/ring_lin.c - recorded histories of weir's raw rings are linearizable,
 * "empty" and "full" included.
 *
 *     ring_lin [--seconds S] [--rounds N] [--seed N] [--scenario N]
 */
#include <stdio.h>

/* At most four lanes are in calls, and n places make short cycles. */
#define WEIR_SCQ_THREADS 4

#include <weir/deque.h>
#include <weir/mpmc.h>
#include <weir/mpsc.h>
#include <weir/scq.h>
#include <weir/spmc.h>
#include <weir/spsc.h>

#include "ring_drive.h"

enum { CAPACITIES = 4 }; /* 1 to 4 */

WEIR_MPMC(mpmc1, uint64_t, 1);
WEIR_MPMC(mpmc2, uint64_t, 2);
WEIR_MPMC(mpmc3, uint64_t, 3);
WEIR_MPMC(mpmc4, uint64_t, 4);
WEIR_MPSC(mpsc1, uint64_t, 1);
WEIR_MPSC(mpsc2, uint64_t, 2);
WEIR_MPSC(mpsc3, uint64_t, 3);
WEIR_MPSC(mpsc4, uint64_t, 4);
WEIR_SPMC(spmc1, uint64_t, 1);
WEIR_SPMC(spmc2, uint64_t, 2);
WEIR_SPMC(spmc3, uint64_t, 3);
WEIR_SPMC(spmc4, uint64_t, 4);
WEIR_SPSC(spsc1, uint64_t, 1);
WEIR_SPSC(spsc2, uint64_t, 2);
WEIR_SPSC(spsc3, uint64_t, 3);
WEIR_SPSC(spsc4, uint64_t, 4);
WEIR_SCQ(scq1, uint64_t, 1);
WEIR_SCQ(scq2, uint64_t, 2);
WEIR_SCQ(scq3, uint64_t, 3);
WEIR_SCQ(scq4, uint64_t, 4);
WEIR_DEQUE(deque1, uint64_t, 1);
WEIR_DEQUE(deque2, uint64_t, 2);
WEIR_DEQUE(deque4, uint64_t, 4);

static void *
pick(void *const *rings, unsigned capacity)
{
    return capacity <= CAPACITIES ? rings[capacity - 1] : NULL;
}

static unsigned current; /* capacity; set before the lanes start */

/* A switch over the four rings of a kind. */
#define EACH_RING(kind, call)                                                  \
    do {                                                                       \
        switch (current) {                                                     \
        case 1:                                                                \
            return kind##1_##call;                                             \
        case 2:                                                                \
            return kind##2_##call;                                             \
        case 3:                                                                \
            return kind##3_##call;                                             \
        default:                                                               \
            return kind##4_##call;                                             \
        }                                                                      \
    } while (0)

#define RING_OPS(kind)                                                         \
    RING_TRY_OPS(kind)                                                         \
    static bool kind##_poll_push(void *q, uint64_t v)                          \
    {                                                                          \
        EACH_RING(kind, poll_push(q, v));                                      \
    }                                                                          \
    static bool kind##_poll_pop(void *q, uint64_t *v)                          \
    {                                                                          \
        EACH_RING(kind, poll_pop(q, v));                                       \
    }                                                                          \
    static size_t kind##_push_n(void *q, const uint64_t *v, size_t n)          \
    {                                                                          \
        EACH_RING(kind, try_push_n(q, v, n));                                  \
    }                                                                          \
    static size_t kind##_pop_n(void *q, uint64_t *v, size_t n)                 \
    {                                                                          \
        EACH_RING(kind, try_pop_n(q, v, n));                                   \
    }

#define RING_TRY_OPS(kind)                                                     \
    static bool kind##_try_push(void *q, uint64_t v)                           \
    {                                                                          \
        EACH_RING(kind, try_push(q, v));                                       \
    }                                                                          \
    static bool kind##_try_pop(void *q, uint64_t *v)                           \
    {                                                                          \
        EACH_RING(kind, try_pop(q, v));                                        \
    }                                                                          \
    static void *kind##_ring(unsigned capacity)                                \
    {                                                                          \
        static kind##1 one;                                                    \
        static kind##2 two;                                                    \
        static kind##3 three;                                                  \
        static kind##4 four;                                                   \
        void *const rings[] = { &one, &two, &three, &four };                   \
                                                                               \
        current = capacity;                                                    \
        kind##1_init(&one);                                                    \
        kind##2_init(&two);                                                    \
        kind##3_init(&three);                                                  \
        kind##4_init(&four);                                                   \
        return pick(rings, capacity);                                          \
    }

RING_OPS(mpmc)
RING_OPS(mpsc)
RING_OPS(spmc)
RING_OPS(spsc)
RING_TRY_OPS(scq)

/* The deque, whose capacities are powers of two. */
#define EACH_DEQUE(call)                                                       \
    do {                                                                       \
        switch (current) {                                                     \
        case 1:                                                                \
            return deque1_##call;                                              \
        case 2:                                                                \
            return deque2_##call;                                              \
        default:                                                               \
            return deque4_##call;                                              \
        }                                                                      \
    } while (0)

static bool
deque_try_push(void *q, uint64_t v)
{
    EACH_DEQUE(try_push(q, v));
}

static bool
deque_try_steal(void *q, uint64_t *v)
{
    EACH_DEQUE(try_steal(q, v));
}

static bool
deque_try_pop(void *q, uint64_t *v)
{
    EACH_DEQUE(try_pop(q, v));
}

static void *
deque_ring(unsigned capacity)
{
    static deque1 one;
    static deque2 two;
    static deque4 four;
    void *const rings[] = { &one, &two, NULL, &four };

    current = capacity;
    deque1_init(&one);
    deque2_init(&two);
    deque4_init(&four);
    return pick(rings, capacity);
}

static const struct ring_ops mpmc = {
    .name = "mpmc",
    .ring = mpmc_ring,
    .try_push = mpmc_try_push,
    .try_pop = mpmc_try_pop,
    .poll_push = mpmc_poll_push,
    .poll_pop = mpmc_poll_pop,
    .push_n = mpmc_push_n,
    .pop_n = mpmc_pop_n,
};

static const struct ring_ops mpsc = {
    .name = "mpsc",
    .one_popper = true,
    .ring = mpsc_ring,
    .try_push = mpsc_try_push,
    .try_pop = mpsc_try_pop,
    .poll_push = mpsc_poll_push,
    .poll_pop = mpsc_poll_pop,
    .push_n = mpsc_push_n,
    .pop_n = mpsc_pop_n,
};

static const struct ring_ops spmc = {
    .name = "spmc",
    .one_pusher = true,
    .ring = spmc_ring,
    .try_push = spmc_try_push,
    .try_pop = spmc_try_pop,
    .poll_push = spmc_poll_push,
    .poll_pop = spmc_poll_pop,
    .push_n = spmc_push_n,
    .pop_n = spmc_pop_n,
};

static const struct ring_ops spsc = {
    .name = "spsc",
    .one_pusher = true,
    .one_popper = true,
    .ring = spsc_ring,
    .try_push = spsc_try_push,
    .try_pop = spsc_try_pop,
    .poll_push = spsc_poll_push,
    .poll_pop = spsc_poll_pop,
    .push_n = spsc_push_n,
    .pop_n = spsc_pop_n,
};

/* "Full" is not exact while calls overlap (scq.h): a poll to the model. */
static const struct ring_ops scq = {
    .name = "scq",
    .ring = scq_ring,
    .poll_push = scq_try_push,
    .try_pop = scq_try_pop,
};

static const struct ring_ops deque = {
    .name = "deque",
    .ring = deque_ring,
    .try_push = deque_try_push,
    .try_pop = deque_try_steal,
    .pop_newest = deque_try_pop,
};

static unsigned tests;

static bool
run(const struct ring_ops *ops, unsigned capacity,
    const struct lin_options *options)
{
    struct ring_drive_result r = ring_drive(ops, capacity, options, stdout);

    printf("# %ju histories, %ju calls: %ju ok, %ju full, %ju empty\n",
           (uintmax_t)r.rounds, (uintmax_t)r.steps, (uintmax_t)r.ok,
           (uintmax_t)r.full, (uintmax_t)r.empty);
    printf("%s %u - %s_of_%u_is_linearizable\n", r.failed ? "not ok" : "ok",
           ++tests, ops->name, capacity);
    return !r.failed;
}

int
main(int argc, char **argv)
{
    static const struct ring_ops *const kinds[] = { &mpmc, &mpsc, &spmc,
                                                    &spsc, &scq,  &deque };
    enum { KINDS = sizeof(kinds) / sizeof(kinds[0]) };
    struct lin_options options;
    unsigned failed = 0;

    if (!lin_options_parse(&options, argc, argv))
        return 2;
    (void)setvbuf(stdout, NULL, _IOLBF, 0);
    printf("TAP version 13\n1..%d\n# seed %#jx\n", KINDS * CAPACITIES - 1,
           (uintmax_t)options.seed);
    options.seconds /= KINDS * CAPACITIES;
    for (unsigned kind = 0; kind < KINDS; kind++)
        for (unsigned capacity = 1; capacity <= CAPACITIES; capacity++)
            if (kinds[kind]->ring(capacity) != NULL) /* no deque of 3 */
                failed += !run(kinds[kind], capacity, &options);
    return failed != 0;
}
