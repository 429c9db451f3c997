/* SPDX-License-Identifier: MIT */
/* park/lock.c - the slow path of the list lock; see park/lock.h. */
#include "park/lock.h"
#include "park/policy.h"

WR_COLD void
wr_lock_slow(struct wr_lock *lock)
{
    struct wr_spin spin = wr_spin_start(WR_LOCK_SPIN_NS);
    uint32_t found;

    while (wr_spin_more(&spin)) {
        found = LOCK_FREE;
        if (weir_load_rlx(&lock->word) != LOCK_FREE)
            continue;
        /* order(lock.hold) ACQ: see wr_lock_acquire(). */
        if (weir_cas_acq(&lock->word, &found, LOCK_HELD))
            return;
    }
    /* order(lock.hold) ACQ: see wr_lock_acquire().  From here on the word says
     * "contended", also for a holder that did not have to sleep: it may hold
     * the place of another sleeper. */
    while (weir_xchg_acq(&lock->word, LOCK_CONTENDED) != LOCK_FREE)
        (void)wr_sys_futex_wait(&lock->word, LOCK_CONTENDED, WR_NEVER);
}
