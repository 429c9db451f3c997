/* SPDX-License-Identifier: MIT */
/*
 * lin/lin_run.c - the pool of lanes.
 *
 * Race: a round begins and ends
 *
 *     caller                                lane
 *     ------                                ----
 *     write the scenario
 *     round += 1        (REL) <-- run.go --> see the new round (ACQ)
 *                                            ready += 1; wait for all (start)
 *                                            body
 *     finished == count (ACQ) <-- run.end -> finished += 1 (REL)
 *     read the history
 *
 * Waiting is by spinning, then yielding: rounds last microseconds.  The
 * barrier orders nothing that a test relies on; the tape has its own orders.
 */
#include "lin_run.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <weir/cpu.h>

enum { SPINS = 100 };

uint64_t
lin_roll(struct lin_dice *dice)
{
    uint64_t z = dice->state += 0x9e3779b97f4a7c15u;

    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

unsigned
lin_below(struct lin_dice *dice, unsigned n)
{
    return (unsigned)(lin_roll(dice) >> 33) % n;
}

struct lin_rest
lin_rest_roll(struct lin_dice *dice)
{
    unsigned kind = lin_below(dice, 16);

    if (kind < 8)
        return (struct lin_rest){ LIN_PAUSE_NONE, 0 };
    if (kind < 14)
        return (struct lin_rest){ LIN_PAUSE_SPIN,
                                  (uint16_t)lin_below(dice, 60) };
    return (struct lin_rest){ LIN_PAUSE_YIELD,
                              (uint16_t)(1 + lin_below(dice, 2)) };
}

void
lin_rest(struct lin_rest rest)
{
    for (unsigned i = 0; i < rest.amount; i++)
        if (rest.kind == LIN_PAUSE_YIELD)
            (void)sched_yield();
        else
            weir_cpu_relax();
}

int64_t
lin_now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void
wait_a_little(unsigned *spins)
{
    if (++*spins < SPINS)
        weir_cpu_relax();
    else
        (void)sched_yield();
}

static void *
worker_main(void *arg)
{
    struct lin_worker *self = arg;
    struct lin_pool *pool = self->pool;
    uint32_t round = 0;

    (void)prctl(PR_SET_TIMERSLACK, 1UL); /* short deadlines are meant short */
    for (;;) {
        unsigned spins = 0;

        /* order(run.go) ACQ: the scenario is written before the round moves;
         * pairs with lin_pool_go */
        while (weir_load_acq(&pool->round) == round)
            wait_a_little(&spins);
        round += 1;
        if (pool->stop)
            return NULL;
        (void)weir_fetch_add_rlx(&pool->ready, 1u); /* relaxed: a start only */
        for (spins = 0; weir_load_rlx(&pool->ready) != pool->count;)
            wait_a_little(&spins);
        pool->body(pool->ctx, self->lane);
        /* order(run.end) REL: the lane's history is written before it counts
         * as finished; pairs with lin_pool_wait */
        (void)weir_fetch_add_rel(&pool->finished, 1u);
    }
}

static void
next_round(struct lin_pool *pool)
{
    uint32_t round = weir_load_rlx(&pool->round); /* only this thread writes */

    weir_store_rlx(&pool->ready, 0u);
    weir_store_rlx(&pool->finished, 0u);
    /* order(run.go) REL: all that this thread wrote is the lanes' to read;
     * pairs with worker_main */
    weir_store_rel(&pool->round, round + 1);
}

bool
lin_pool_start(struct lin_pool *pool, unsigned count,
               void (*body)(void *ctx, unsigned lane), void *ctx)
{
    memset(pool, 0, sizeof(*pool));
    pool->body = body;
    pool->ctx = ctx;
    for (; pool->count < count; pool->count++) {
        struct lin_worker *worker = &pool->worker[pool->count];

        worker->pool = pool;
        worker->lane = pool->count;
        if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
            lin_pool_stop(pool);
            return false;
        }
    }
    return true;
}

void
lin_pool_go(struct lin_pool *pool)
{
    next_round(pool);
}

bool
lin_pool_wait(struct lin_pool *pool, int64_t ns)
{
    int64_t end = lin_now_ns() + ns;
    unsigned spins = 0;

    for (;;) {
        /* order(run.end) ACQ: the lanes' histories are theirs no longer; pairs
         * with worker_main */
        if (weir_load_acq(&pool->finished) == pool->count)
            return true;
        if (spins >= SPINS && lin_now_ns() > end)
            return false;
        wait_a_little(&spins);
    }
}

void
lin_pool_stop(struct lin_pool *pool)
{
    pool->stop = true;
    next_round(pool);
    for (unsigned i = 0; i < pool->count; i++)
        (void)pthread_join(pool->worker[i].thread, NULL);
}

static bool
parse_number(const char *text, uint64_t *value)
{
    char *end;

    errno = 0;
    *value = strtoull(text, &end, 0);
    return errno == 0 && end != text && *end == '\0' && *text != '-';
}

static bool
parse_one(struct lin_options *options, const char *name, const char *text)
{
    char *end;

    if (strcmp(name, "--seconds") == 0) {
        options->seconds = strtod(text, &end);
        return end != text && *end == '\0' && options->seconds > 0;
    }
    if (strcmp(name, "--rounds") == 0)
        return parse_number(text, &options->rounds) && options->rounds > 0;
    if (strcmp(name, "--seed") == 0)
        return parse_number(text, &options->seed);
    options->has_scenario = true;
    return strcmp(name, "--scenario") == 0 &&
           parse_number(text, &options->scenario);
}

bool
lin_options_parse(struct lin_options *options, int argc, char **argv)
{
    struct lin_dice dice = { (uint64_t)lin_now_ns() ^ (uint64_t)getpid() };

    *options = (struct lin_options){ .seed = lin_roll(&dice) & UINT32_MAX };
    for (int i = 1; i < argc; i += 2) {
        if (i + 1 < argc && parse_one(options, argv[i], argv[i + 1]))
            continue;
        fprintf(stderr,
                "%s: bad option %s; usage: [--seconds S] [--rounds N] "
                "[--seed N] [--scenario N]\n",
                argv[0], argv[i]);
        return false;
    }
    if (options->seconds <= 0 && options->rounds == 0)
        options->seconds = 10;
    return true;
}

uint64_t
lin_round_seed(const struct lin_options *options, uint64_t stream,
               uint64_t round)
{
    struct lin_dice dice = { options->seed ^ stream << 48 ^ round << 8 };

    return options->has_scenario ? options->scenario : lin_roll(&dice);
}
