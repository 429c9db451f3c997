/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_drive.h - random scenarios on a channel, run and judged.
 *
 * A scenario follows from its seed alone: capacity, element size, 2 to 4
 * lanes of 4 to 8 calls (some of several messages), a pause before each,
 * deadlines.  It need not be
 * balanced: if it has calls that wait for ever and no call has returned for
 * `patience_ns`, a close lets the lanes go; it is recorded like any other
 * call.  After the lanes the caller receives what is left, so that a lost
 * message is seen.
 */
#ifndef WEIR_TESTS_CHAN_DRIVE_H
#define WEIR_TESTS_CHAN_DRIVE_H

#include <stdio.h>

#include "chan_model.h"
#include "lin_run.h"

/* How long a call may wait. */
enum { DRIVE_TRY = -1, DRIVE_FOREVER = -2 }; /* else: nanoseconds */

struct chan_ops {
    const char *name;
    void *(*make)(size_t elem_bytes, size_t capacity); /* and CHAN_DROP_... */
    void (*free)(void *ch);
    int (*send)(void *ch, const void *msg, int64_t wait_ns);
    int (*recv)(void *ch, void *msg, int64_t wait_ns);
    int (*close)(void *ch);
    size_t (*len)(void *ch);
    /* NULL: there are no batches.  As the above, of n messages, *moved of which
     * went. */
    int (*send_n)(void *ch, const void *msgs, size_t n, size_t *moved,
                  int64_t wait_ns);
    int (*recv_n)(void *ch, void *msgs, size_t n, size_t *moved,
                  int64_t wait_ns);
};

/* The drop hook for channels that drop; arg: bytes of a message, as a pointer.
 * What it is told becomes the `value` of the send. */
void drive_on_drop(void *arg, const void *msg);

enum {
    DRIVE_LANES_MAX = 4,
    DRIVE_STEPS_MAX = 8,
    DRIVE_MSG_MAX = 200,
    DRIVE_BATCH_MAX = 4
};

struct chan_step {
    enum chan_code code;
    uint32_t value; /* of the first message */
    uint32_t batch; /* messages, if above 1 by a call of several */
    int64_t wait_ns;
    struct lin_rest rest;
};

struct chan_case {
    uint64_t seed;
    unsigned capacity; /* and CHAN_DROP_... */
    unsigned lanes;
    size_t elem_bytes;
    bool may_wait; /* for ever */
    bool batches;
    int64_t patience_ns;
    unsigned steps[DRIVE_LANES_MAX];
    struct chan_step step[DRIVE_LANES_MAX][DRIVE_STEPS_MAX];
};

void chan_case_roll(struct chan_case *c, uint64_t seed, unsigned capacity,
                    unsigned lanes, bool batches);

struct chan_drive_result {
    uint64_t rounds;
    uint64_t steps; /* calls recorded */
    uint64_t ok, closed, again, timeout;
    uint64_t rescues;
    bool failed;
};

/* Run scenarios of one capacity until the time or the rounds are over, or one
 * fails; a failure is printed to `out` (NULL: not at all). */
struct chan_drive_result chan_drive(const struct chan_ops *ops,
                                    unsigned capacity,
                                    const struct lin_options *options,
                                    FILE *out);

#endif
