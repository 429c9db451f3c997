/* SPDX-License-Identifier: MIT */
/*
 * weir/spmc.h - a bounded queue for one producer and many consumers.
 *
 * Header only; no library is needed.  The ring of <weir/mpmc.h>, but its
 * send word, which one thread writes, moves by a store: the producer needs
 * no read-modify-write except for an exact no.
 */
#ifndef WEIR_SPMC_H
#define WEIR_SPMC_H

#include <weir/mpmc.h>

/**
 * Declare the ring type `name` for N elements of type T, and its functions.
 *
 * As WEIR_MPMC, but one thread at a time may push (and reserve).
 *
 * Progress: as WEIR_MPMC; the producer uses one store for its word
 * Callable: one producer at a time
 */
#define WEIR_SPMC(name, T, N)                                                  \
    WEIR_RING_TYPE_(name, T, N, weir_ring_take_single, weir_ring_take)

#endif
