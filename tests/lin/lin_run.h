/* SPDX-License-Identifier: MIT */
/*
 * lin/lin_run.h - many short rounds on the same real threads, and the dice.
 */
#ifndef WEIR_TESTS_LIN_RUN_H
#define WEIR_TESTS_LIN_RUN_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <weir/atomic.h>

#include "lin_tape.h"

/* splitmix64: one word of state, any seed. */
struct lin_dice {
    uint64_t state;
};

uint64_t lin_roll(struct lin_dice *dice);
unsigned lin_below(struct lin_dice *dice, unsigned n); /* 0 .. n - 1 */

/* Chaos between operations: nothing, a spin or a yield, of `amount`. */
enum lin_pause { LIN_PAUSE_NONE, LIN_PAUSE_SPIN, LIN_PAUSE_YIELD };

struct lin_rest {
    uint16_t kind;
    uint16_t amount;
};

struct lin_rest lin_rest_roll(struct lin_dice *dice);
void lin_rest(struct lin_rest rest);

void lin_chaos(void); /* chaos.h */

int64_t lin_now_ns(void);

struct lin_pool;

struct lin_worker {
    struct lin_pool *pool;
    unsigned lane;
    pthread_t thread;
};

/* Threads that all run `body` once per round, started by a barrier. */
struct lin_pool {
    _Alignas(128) WEIR_ATOMIC(uint32_t) round; /* the caller's */
    bool stop;                                 /* read after a new round */
    _Alignas(128) WEIR_ATOMIC(uint32_t) ready;
    _Alignas(128) WEIR_ATOMIC(uint32_t) finished;
    unsigned count;
    void (*body)(void *ctx, unsigned lane);
    void *ctx;
    struct lin_worker worker[LIN_THREADS];
};

/* False: no threads. */
bool lin_pool_start(struct lin_pool *pool, unsigned count,
                    void (*body)(void *ctx, unsigned lane), void *ctx);
void lin_pool_go(struct lin_pool *pool);
/* True when every lane has finished; false after `ns`. */
bool lin_pool_wait(struct lin_pool *pool, int64_t ns);
void lin_pool_stop(struct lin_pool *pool);

/* When to stop, and with which dice; from the command line. */
struct lin_options {
    uint64_t seed;
    double seconds;    /* of all, shared out; 0: by rounds alone */
    uint64_t rounds;   /* of each test; 0: by time alone */
    bool has_scenario; /* run this one scenario again and again */
    uint64_t scenario;
};

/* False: a bad option, and one sentence on standard error. */
bool lin_options_parse(struct lin_options *options, int argc, char **argv);

/* Seed of one round. */
uint64_t lin_round_seed(const struct lin_options *options, uint64_t stream,
                        uint64_t round);

#endif
