/* SPDX-License-Identifier: MIT */
/*
 * weir/mpsc.h - a bounded queue for many producers and one consumer.
 *
 * Header only; no library is needed.  The ring of <weir/mpmc.h>, but its
 * receive word, which one thread writes, moves by a store: the consumer needs
 * no read-modify-write except for an exact no.
 */
#ifndef WEIR_MPSC_H
#define WEIR_MPSC_H

#include <weir/mpmc.h>

/**
 * Declare the ring type `name` for N elements of type T, and its functions.
 *
 * As WEIR_MPMC, but one thread at a time may pop (and peek).
 *
 * Progress: as WEIR_MPMC; the consumer uses one store for its word
 * Callable: one consumer at a time
 */
#define WEIR_MPSC(name, T, N)                                                  \
    WEIR_RING_TYPE_(name, T, N, weir_ring_take, weir_ring_take_single)

#endif
