/* SPDX-License-Identifier: MIT */
/*
 * sync/asym.h - when an RWMutex enters its ASYM mode, and how it leaves it.
 *
 * What ASYM is and why it is safe: sync/rwmutex.h.  Whether it pays is decided
 * here, by readers: each thread samples its DIST reads, and watches one lock at
 * a time.  If that has not been written for a while, it becomes ASYM.  The
 * while is in proportion to what the last heavy fence took, so that leaving the
 * mode costs writers a bounded part of the time, whatever a fence costs here.
 * A wrong decision costs time only.
 */
#ifndef WR_SYNC_ASYM_H
#define WR_SYNC_ASYM_H

#include "sync/holds.h"

#define WR_ASYM_SAMPLE_EVERY 1021      /* a prime: locks may be read in turn */
#define WR_ASYM_QUIET_MIN_NS 2000000   /* without writes */
#define WR_ASYM_QUIET_PER_FENCE_NS 200 /* per ns of a heavy fence: 0.5 % */

/* Let readers enter by a plain store.  Never where fences are refused. */
void wr_asym_enter(weir_rwmutex *rw);

/* Whether rw has been quiet for long enough, and if so, wr_asym_enter().  The
 * calling thread holds rw. */
void wr_asym_sample(struct wr_quiet *q, weir_rwmutex *rw);

/* The heavy fence of wr_asym_leave(). */
void wr_asym_fence(weir_rwmutex *rw);

/* LOCKED or FROZEN has been set: before the look at the slots. */
static inline void
wr_asym_leave(weir_rwmutex *rw)
{
    if (weir_load_rlx(&rw->writers.word) & MUTEX_ASYM)
        wr_asym_fence(rw);
}

/* A DIST read of rw has begun. */
static inline void
wr_asym_note_read(struct wr_holds *t, weir_rwmutex *rw)
{
    if (wr_unlikely(++t->fenced == WR_ASYM_SAMPLE_EVERY)) {
        t->fenced = 0;
        wr_asym_sample(&t->quiet, rw);
    }
}

#endif
