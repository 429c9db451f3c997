/* SPDX-License-Identifier: MIT */
/*
 * sync/rwmutex.h - the RWMutex inside: where holds stand, and who waits where.
 *
 * State
 *   writers   a mutex; its LOCKED says that a writer holds or awaits the lock,
 *             and keeps new readers out.  READERS, FROZEN, ASYM: see below;
 *             the upper bits count the writes
 *   slots     in each thread's hold table (sync/holds.h): the locks that it
 *             holds for reading
 *   central   holds that stand in no slot, twice their number, modulo 2^32, and
 *             may be negative; bit 0: a draining writer sleeps on it
 *   readers   those who sleep until the writer unlocks (READERS: not empty)
 *   drainer   the id of the waiter that central's bit 0 means, or 0
 *   The last two change under the list lock of `writers`.
 *
 * The rule for holds: a hold lives in a slot only while its holder runs on that
 * thread.  Parking first moves it: central += 1, then slot = NULL.  Slots are
 * written by their owner only.  runlock clears its own slot if it has one, else
 * central -= 1: holds of one lock are fungible.  A writer reads all slots first
 * and central last.
 *
 * Invariants
 *   H1  holds = slots + central (+ 1 in the midst of a move)
 *   H2  while LOCKED no hold is added: what a writer has summed is at most too
 *       much, never too little; a sum of 0 means that it is alone
 *   H3  readers sleep only while LOCKED, and READERS says so
 *
 * Race: a reader against a writer (Dekker; both sides SC)
 *
 *     reader                               writer
 *     ------                               ------
 *     slot: NULL -> lock   xchg   (A)      word: -> LOCKED     cas     (C)
 *     word LOCKED?         load   (B)      slot == lock?       load    (D)
 *          <-- rwmutex.word -->
 *
 *   (B) before (C): then (A) is before (D), which finds the hold.  (C) before
 *   (B): the reader leaves the slot again and waits.  A thread that is new
 *   publishes its table (SC) before (A), and (D) counts the tables (SC) first.
 *
 * ASYM: where nobody has written for a while, (A) need not be an exchange.  A
 * reader that finds ASYM makes (A) a store; the fence between (A) and (B) is a
 * light one (park/sys.h), the writer's between (C) and (D) the heavy one.
 *
 *     reader                               writer
 *     ------                               ------
 *     slot: NULL -> lock   store  (A)      word: -> LOCKED     cas     (C)
 *     light fence                          ASYM? then clears it, heavy fence
 *     word ASYM alone?     load   (B)      slot == lock?       load    (D)
 *          <-- rwmutex.word -->            ... ASYM stays clear after it
 *
 *   (B) decides by ASYM in the value that it loads, and refuses one that is
 *   LOCKED or FROZEN.  Whoever sets these and finds ASYM clears it and makes a
 *   heavy fence: a reader that was let in did (B), and (A), before it, so this
 *   writer sees (A), and so does each later one.  ASYM is set by readers, at
 *   any time: beside LOCKED or FROZEN it says nothing until they are gone.
 *   When it is set: sync/asym.h.
 *
 * Race: a move against a sum (H2)
 *
 *     holder                               writer
 *     ------                               ------
 *     central += 1         (A)             reads slot          (C)
 *     slot = NULL   REL    (B)             reads central       (D)
 *          <-- holds.slot -->
 *
 *   (C) sees (B): then (D) sees (A), counted once.  (C) before (B): counted
 *   once or twice, never missed.
 *
 * Race: the last runlock against a writer that goes to sleep
 *   on central: bit 0 stands in the word that is counted down, so the swap that
 *   would bring the number to 0 sees it.  The holder then claims the writer
 *   *before* it counts down, and grants it after.
 *   on a slot: see sync/holds.h.
 *
 * FROZEN: runlock finds neither an own slot nor a positive central.  Either
 * the hold is in the slot of a thread that handed it over, or there is none
 * (misuse).  To know, it must sum while no hold is added to a slot: it sets
 * FROZEN, which keeps new readers out of slots as a writer's LOCKED does (with
 * the heavy fence, if there was ASYM), sums, and clears it, all under the list
 * lock, which is thus held for as long as such a fence takes: only for a hold
 * that was handed over.  What it then takes from central it decides on the
 * value that its swap replaces: the sum is old by then.
 *
 * Last touch
 *   runlock   the store of the slot, or the swap or subtraction of central;
 *             waking goes through tables and waiters, which are never unmapped
 *   unlock    that of the mutex
 *   A slot that its thread has not cleared, although another gave back the
 *   hold, is touched again by that thread's next move: <weir/rwmutex.h>,
 *   Lifetime.
 *
 * Lines   a reader's: its own table (written), the lock's (read)
 * Limits  2^30 holds; seven slots per thread, further holds are central
 * Source  Asymmetric fences: liburcu's membarrier flavour (M. Desnoyers et al.,
 *         "User-Level Implementations of Read-Copy Update", 2012), and D. Dice
 *         and A. Kogan, "BRAVO" (2019), for readers that are told by the lock
 *         which way to enter;
 *         W. C. Hsieh and W. E. Weihl, "Scalable Reader-Writer Locks for
 *         Parallel Systems" (1992), and the big-reader locks after it;
 *         B. Brandenburg and J. Anderson, "Reader-Writer Synchronization for
 *         Shared-Memory Multiprocessor Real-Time Systems" (2009), for phases.
 */
#ifndef WR_SYNC_RWMUTEX_H
#define WR_SYNC_RWMUTEX_H

#include "sync/mutex.h"

#include <weir/rwmutex.h>

/* One hold in `central`. */
#define CENTRAL_HOLD ((uint32_t)2)
#define CENTRAL_ASLEEP ((uint32_t)1)

WR_STATIC_ASSERT(sizeof(weir_rwmutex) == 32, "half a line");

#endif
