/* SPDX-License-Identifier: MIT */
/*
 * lin/simulate.h - histories without threads, and a second opinion on them.
 */
#ifndef WEIR_TESTS_LIN_SIMULATE_H
#define WEIR_TESTS_LIN_SIMULATE_H

#include "lin.h"

struct simulation {
    unsigned capacity;
    unsigned lanes;
    unsigned ops; /* per lane */
    bool closes;  /* some lane closes at some time */
};

/* Random calls on a channel that is right: each takes effect at one instant
 * between its call and its return. */
void simulate(const struct simulation *sim, struct lin_history *h,
              uint64_t *seed);

/* Change one result, or exchange two. */
void change_history(struct lin_history *h, uint64_t *seed);

/* Every order, without memo, without placing anything early: for small
 * histories. */
bool plain_search(const struct lin_model *model, const struct lin_history *h);

#endif
