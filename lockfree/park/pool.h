/* SPDX-License-Identifier: MIT */
/*
 * park/pool.h - where waiters come from: memory that is never unmapped.
 *
 * A waker may use a waiter's address and chain after its party has gone, so
 * waiters are type-stable.  Free ones stand on a stack whose head carries a
 * tag against ABA; slabs double in size, so that an id finds its slab by its
 * highest bit.
 *
 * State       head: tag << 32 | id of the first free waiter (0: none)
 * Race        pop reads next_free of a waiter that another pop takes and a
 *             third party pushes again: the tag has moved, the swap fails.
 * Limits      2^31 waiters; the tag wraps after 2^32 pops.
 * Source      R. K. Treiber, "Systems Programming: Coping with Parallelism"
 *             (1986); the tag from IBM System/370, Principles of Operation.
 */
#ifndef WR_PARK_POOL_H
#define WR_PARK_POOL_H

#include "park/waiter.h"

struct wr_waiter *wr_pool_pop(void); /* NULL: out of memory */
void wr_pool_push(struct wr_waiter *w);
struct wr_waiter *wr_pool_find(uint32_t id);

#endif
