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
 *     slot = NULL       store REL  (A)     wanted = 1, enrols         (C)
 *          light fence                          heavy fence
 *     wanted?           load       (B)     slot == lock?    load SC   (D)
 *          <-- holds.wanted -->            sleeps
 *
 *   That is Dekker's again, and neither (A) nor (B) is a fence, on purpose: an
 *   exchange there would be dearer than the whole rest of the pair.  The fence
 *   between them is a light one (park/sys.h), and the writer's step to (D) has
 *   the heavy one.  A heavy fence interrupts every CPU of the process, so the
 *   writer first sleeps for one short step without it, in which a wake may be
 *   missed.  Where the kernel refuses heavy fences it goes on in steps, which
 *   double: then the wake rests on them.
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

/* A lock that its thread watches for writes. */
struct wr_quiet {
    const weir_rwmutex *rw; /* only compared; NULL: none */
    uint32_t writes;        /* its count then */
    int64_t since_ns;
};

struct wr_holds {
    WEIR_ATOMIC(weir_rwmutex *) slot[HOLD_SLOTS];
    WEIR_ATOMIC(uint32_t) wanted;
    uint32_t fenced; /* of this thread's reads, since the last sample */

    struct wr_lock lock WR_ALIGNED(WEIR_CACHE_LINE);
    struct wr_list writers;
    struct wr_holds *next_free; /* under the registry's lock */
    struct wr_quiet quiet;      /* the owner's */
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

/* Sleep until rw may have left the table of that number, or its central is not
 * `central` any more.  *step_ns: 0 at first; then for a short step at most.
 * After one that ran out make sure of the wake, or, if the kernel does not let
 * us, sleep for twice as long.  WEIR_AGAIN, or WEIR_TIMEOUT before the limit:
 * look again; else the limit's status. */
int wr_holds_wait(unsigned number, weir_rwmutex *rw, uint32_t central,
                  struct wr_waiter *w, weir_limit limit, int64_t *step_ns);

/* Clear a slot that this thread has set; see the race above. */
static inline void
wr_slot_leave(struct wr_holds *t, unsigned i)
{
    /* order(holds.slot) REL: what was read under the lock is before the
     * writer that finds the slot empty in count_in(). */
    weir_store_rel(&t->slot[i], NULL);
    /* The order of (A) and (B) is the heavy fence's of wr_holds_wait(). */
    wr_sys_fence_light();
    if (wr_unlikely(weir_load_rlx(&t->wanted) != 0))
        wr_holds_wake(t);
}

#endif
