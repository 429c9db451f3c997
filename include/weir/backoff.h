/* SPDX-License-Identifier: MIT */
/*
 * weir/backoff.h - how long to stay away from a word that others fight over.
 *
 * Exponential: each call pauses about twice as long as the one before, up to
 * a bound, so that the winner can take several steps per visit of the line.
 *
 *     weir_backoff b = WEIR_BACKOFF_INIT;
 *     while (!try_something())
 *         weir_backoff_pause(&b);
 */
#ifndef WEIR_BACKOFF_H
#define WEIR_BACKOFF_H

#include <weir/cpu.h>

typedef struct weir_backoff {
    unsigned pauses; /**< of the next call; 0 counts as 1 */
} weir_backoff;

#define WEIR_BACKOFF_INIT                                                      \
    {                                                                          \
        1                                                                      \
    }
#define WEIR_BACKOFF_MAX 64 /**< pauses: 0.6 to 1.2 us on machines seen */

/**
 * Pause, and double the next pause.
 *
 * Params:   b  the caller's own counter
 * Returns:  nothing
 * Blocks:   never
 * Progress: wait-free; at most WEIR_BACKOFF_MAX pauses of the CPU
 * Order:    none
 * Callable: anywhere, signal handlers included
 */
static inline void
weir_backoff_pause(weir_backoff *b)
{
    unsigned n = b->pauses == 0 ? 1 : b->pauses;

    b->pauses = n < WEIR_BACKOFF_MAX ? 2 * n : n;
    while (n-- > 0)
        weir_cpu_relax();
}

#endif
