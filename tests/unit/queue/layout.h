/* SPDX-License-Identifier: MIT */
/*
 * queue/layout.h - where everything in a ring stands, in C and in C++.
 *
 * Included by a C and a C++ program; both evaluate the same assertions.
 */
#ifndef WEIR_TESTS_UNIT_QUEUE_LAYOUT_H
#define WEIR_TESTS_UNIT_QUEUE_LAYOUT_H

#include <weir/mpmc.h>
#include <weir/spsc.h>

#define LAYOUT_ROUND(n, to) (((n) + (to)-1) / (to) * (to))

#define LAYOUT(N, S)                                                           \
    struct layout_elem_##N##_##S {                                             \
        char byte[S];                                                          \
    };                                                                         \
    WEIR_MPMC(layout_mpmc_##N##_##S, struct layout_elem_##N##_##S, N);         \
    WEIR_ASSERT_STATIC(                                                        \
        sizeof(layout_mpmc_##N##_##S##_slot_) == WEIR_RING_STRIDE(S) &&        \
            offsetof(layout_mpmc_##N##_##S##_slot_, value) == 8,               \
        "a slot");                                                             \
    WEIR_ASSERT_STATIC(                                                        \
        offsetof(layout_mpmc_##N##_##S, send) == 0 &&                          \
            offsetof(layout_mpmc_##N##_##S, receive) == WEIR_SEPARATION &&     \
            offsetof(layout_mpmc_##N##_##S, slots) == 2 * WEIR_SEPARATION &&   \
            sizeof(layout_mpmc_##N##_##S) ==                                   \
                LAYOUT_ROUND(2 * WEIR_SEPARATION + (N)*WEIR_RING_STRIDE(S),    \
                             WEIR_SEPARATION),                                 \
        "an MPMC ring");                                                       \
    WEIR_SPSC(layout_spsc_##N##_##S, struct layout_elem_##N##_##S, N);         \
    WEIR_ASSERT_STATIC(                                                        \
        offsetof(layout_spsc_##N##_##S, producer) == 0 &&                      \
            offsetof(layout_spsc_##N##_##S, consumer) == WEIR_SEPARATION &&    \
            offsetof(layout_spsc_##N##_##S, slots) == 2 * WEIR_SEPARATION &&   \
            sizeof(layout_spsc_##N##_##S) ==                                   \
                LAYOUT_ROUND(2 * WEIR_SEPARATION + (N) * (S),                  \
                             WEIR_SEPARATION),                                 \
        "an SPSC ring")

LAYOUT(1, 1);
LAYOUT(1, 8);
LAYOUT(2, 2);
LAYOUT(3, 4);
LAYOUT(5, 8);
LAYOUT(7, 16);
LAYOUT(64, 24);
LAYOUT(2, 56);
LAYOUT(5, 57);
LAYOUT(3, 100);

/* Alignment of an element is kept. */
WEIR_MPMC(layout_wide, long double, 3);
WEIR_ASSERT_STATIC(offsetof(layout_wide_slot_, value) % sizeof(long double) ==
                       0,
                   "an element that is aligned to 16");

#endif
