/* SPDX-License-Identifier: MIT */
/*
 * lin/ring_drive.h - random scenarios on a raw ring, run and judged.
 */
#ifndef WEIR_TESTS_RING_DRIVE_H
#define WEIR_TESTS_RING_DRIVE_H

#include <stdio.h>

#include "chan_model.h"
#include "lin_run.h"

/* Rings of the capacities that `ring` has; elements are 64 bits. */
struct ring_ops {
    const char *name;
    bool one_pusher; /* lane 0, which does not pop */
    bool one_popper; /* lane 0, which does not push; both: lane 1 */
    void *(*ring)(unsigned capacity); /* empty; the last one is gone; or NULL */
    bool (*try_push)(void *ring, uint64_t value); /* NULL: poll_push alone */
    bool (*try_pop)(void *ring, uint64_t *value);
    bool (*poll_push)(void *ring, uint64_t value); /* or NULL, all of these */
    bool (*poll_pop)(void *ring, uint64_t *value);
    size_t (*push_n)(void *ring, const uint64_t *values, size_t n);
    size_t (*pop_n)(void *ring, uint64_t *values, size_t n);
    bool (*pop_newest)(void *ring, uint64_t *value); /* lane 0 is the owner */
};

struct ring_drive_result {
    uint64_t rounds;
    uint64_t steps;
    uint64_t ok, empty, full;
    bool failed;
};

/* As chan_drive. */
struct ring_drive_result ring_drive(const struct ring_ops *ops,
                                    unsigned capacity,
                                    const struct lin_options *options,
                                    FILE *out);

#endif
