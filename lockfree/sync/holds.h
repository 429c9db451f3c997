/* SPDX-License-Identifier: MIT */
/*
 * sync/holds.h - per thread, which RWMutexes it holds for reading.
 *
 * State
 *   slot[]    a lock, or NULL; written by the owner thread only
 *   wanted    a writer sleeps in `writers`, waiting for some slot here
 *   writers   under `lock`
 *   Tables are type-stable and numbered; the number of tables only grows, and a
 *   table whose thread has ended serves the next new one.
 *
 * Race: a slot is cleared against a writer that goes to sleep
 *
 *     owner                                writer
 *     -----                                ------
 *     slot = NULL       store REL  (A)     wanted = 1       xchg SC   (C)
 *     wanted?           load  SC   (B)     slot == lock?    load SC   (D)
 *          <-- holds.wanted -->            enrols, sleeps a step
 *
 *   That is Dekker's again, and (A) is not SC, on purpose: an exchange there
 *   would be as dear as the whole rest of the pair.  So (B) may be done before
 *   (A) is seen, and the writer may miss its wake.  It therefore
 *     - looks a moment after (C), when a store that was on its way has arrived:
 *       on the CPUs that we know this closes the gap (x86 drains its store
 *       buffer within that time; store-release, load-acquire of aarch64 stay in
 *       order);
 *     - sleeps in steps, which double, and looks again after each: this is what
 *       correctness rests on.
 *   Safety does not depend on the wake: the writer enters on its own sum.
 *
 * Last touch  (A) is the owner's last touch of the lock; (B) and the wake touch
 *             the table.
 * Locks       lock: after no other lock.  registry: the same.
 */
#ifndef WR_SYNC_HOLDS_H
#define WR_SYNC_HOLDS_H

#include "park/thread.h"
#include "sync/rwmutex.h"

enum { HOLD_SLOTS = 7 };

struct wr_holds {
    WEIR_ATOMIC(weir_rwmutex *) slot[HOLD_SLOTS];
    WEIR_ATOMIC(uint32_t) wanted;

    struct wr_lock lock WR_ALIGNED(WEIR_CACHE_LINE);
    struct wr_list writers;
    struct wr_holds *next_free; /* under the registry's lock */
} WR_ALIGNED(WEIR_SEPARATION);

WR_STATIC_ASSERT(sizeof(struct wr_holds) % WEIR_SEPARATION == 0,
                 "a reader's line is no other's");

/* The calling thread's table.  NULL: out of memory, or the thread is ending. */
struct wr_holds *wr_holds_get(void);

/* Wake the writers that wait for a slot of the table. */
void wr_holds_wake(struct wr_holds *t);
/* The same, of every table. */
void wr_holds_wake_all(void);

/* The holds of rw in slots of the tables from number *from on.  *from: the
 * first table that has one, or the number of tables.  first_only: stop there.
 */
uint32_t wr_holds_count(const weir_rwmutex *rw, unsigned *from,
                        bool first_only);

/* Sleep until rw may have left the table of that number; not at all if its
 * central is not `central` any more.  WEIR_AGAIN: look again; else the limit's
 * status. */
int wr_holds_wait(unsigned number, weir_rwmutex *rw, uint32_t central,
                  struct wr_waiter *w, weir_limit limit);

/* Claim everybody in the list, in order: linked through their nodes' link.next,
 * NULL at the end.  Holds: its lock. */
struct wr_link *wr_claim_all(struct wr_list *list, uint32_t *count);
void wr_grant_all(struct wr_link *claimed, int status);

/* Clear a slot that this thread has set; see the race above. */
static inline void
wr_slot_leave(struct wr_holds *t, unsigned i)
{
    /* order(holds.slot) REL: what was read under the lock is before the
     * writer that finds the slot empty in count_in(). */
    weir_store_rel(&t->slot[i], NULL);
    /* order(holds.wanted) SC: against wr_holds_wait(). */
    if (wr_unlikely(weir_load_sc(&t->wanted) != 0))
        wr_holds_wake(t);
}

#endif
