/* SPDX-License-Identifier: MIT */
/*
 * lin/lin_core.h - the checker's own fields, for lin.c and lin_print.c.
 */
#ifndef WEIR_TESTS_LIN_CORE_H
#define WEIR_TESTS_LIN_CORE_H

#include "lin.h"

struct lin_frame {
    uint64_t pos;              /* operations placed, a byte per lane */
    uint64_t state[LIN_WORDS]; /* the model's, after them */
    unsigned path_len;         /* of the checker's path, at this frame */
    unsigned next;             /* the choice to try next */
};

struct lin_checker {
    uint64_t *memo;   /* entries of 2 + words words */
    size_t memo_size; /* entries; a power of two */
    unsigned memo_used;
    unsigned words; /* of the model's state */
    uint64_t check; /* number of this check; others' entries are free */
    bool full;      /* no memory for the memo */
    unsigned depth;
    struct lin_frame frame[LIN_OPS + 1];
    uint8_t path[LIN_OPS]; /* lanes in the order of placing */
    unsigned path_len;
    uint8_t best[LIN_OPS]; /* the longest path so far, for the report */
    unsigned best_len;
    uint64_t best_pos;
    uint64_t best_state[LIN_WORDS];
};

#endif
