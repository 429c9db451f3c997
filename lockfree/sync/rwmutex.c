/* SPDX-License-Identifier: MIT */
/*
 * sync/rwmutex.c - the RWMutex; see sync/rwmutex.h.
 *
 * A reader that meets a writer polls for a while, then yields: as long as it
 * does not sleep, the writer's unlock need not give it a hold before it runs
 * again, which the next writer would wait for.  Then it sleeps in the list of
 * readers.
 *
 * A writer has the mutex first, then waits for the holds to go: it polls the
 * first table that has one, yields, then sleeps on that table, then on the
 * next; when all are clear, on central.
 */
#include "sync/rwmutex.h"
#include "park/policy.h"
#include "park/pool.h"
#include "sync/asym.h"
#include "sync/holds.h"

#define READ_SPIN_NS 1500  /* for a writer's section */
#define READ_POLL_NS 128   /* between two looks at its word */
#define READ_YIELDS 4      /* measured: docs/design/001 */
#define DRAIN_SPIN_NS 2000 /* for a reader's section */

/* ASYM: (A) is a store, and the fence is the writer's. */
static inline bool
slot_enter_asym(struct wr_holds *t, unsigned i, weir_rwmutex *rw)
{
    uint32_t word;

    weir_store_rlx(&t->slot[i], rw);
    wr_sys_fence_light();
    /* order(mutex.hold) ACQ: what the last writer did, see let_go() and
     * weir_rwmutex_unlock(). */
    word = weir_load_acq(&rw->writers.word);
    if (wr_likely((word & (MUTEX_LOCKED | MUTEX_FROZEN | MUTEX_ASYM)) ==
                  MUTEX_ASYM))
        return true;
    wr_slot_leave(t, i);
    return false;
}

/* False: there is a writer, or ASYM has just been taken back. */
static inline bool
slot_enter(struct wr_holds *t, unsigned i, weir_rwmutex *rw)
{
    if (wr_likely(weir_load_rlx(&rw->writers.word) & MUTEX_ASYM))
        return slot_enter_asym(t, i, rw);
    /* order(rwmutex.word) SC: the hold before the look; against the scan of
     * count_in(). */
    (void)weir_xchg_sc(&t->slot[i], rw);
    /* order(rwmutex.word) SC: see take(), wr_mutex_try() and freeze_locked().
     * order(mutex.hold) ACQ: what the last writer did, see let_go() and
     * weir_rwmutex_unlock(). */
    if (wr_likely(!(weir_load_sc(&rw->writers.word) &
                    (MUTEX_LOCKED | MUTEX_FROZEN)))) {
        wr_asym_note_read(t, rw);
        return true;
    }
    wr_slot_leave(t, i);
    return false;
}

/* Claim the writer that sleeps on central, if it still does. */
static struct wr_node *
claim_drainer_locked(weir_rwmutex *rw)
{
    wr_behind behind = 0;
    struct wr_list one = { NULL, NULL };

    if (rw->drainer == 0)
        return NULL;
    wr_list_append(&one, &wr_pool_find(rw->drainer)->node.link);
    rw->drainer = 0;
    return wr_waiter_claim_first(&one, &behind);
}

/* Wake the writer that sleeps on central; to be granted after the count. */
static struct wr_node *
claim_drainer(weir_rwmutex *rw)
{
    struct wr_node *writer;

    wr_lock_acquire(wr_mutex_list_lock(&rw->writers));
    writer = claim_drainer_locked(rw);
    (void)weir_fetch_and_rlx(&rw->central, ~CENTRAL_ASLEEP);
    wr_lock_release(wr_mutex_list_lock(&rw->writers));
    return writer;
}

static void
freeze_locked(weir_rwmutex *rw)
{
    uint32_t word = weir_load_rlx(&rw->writers.word);

    /* order(rwmutex.word) SC: as a writer's; against slot_enter(). */
    while (!weir_cas_sc(&rw->writers.word, &word, word | MUTEX_FROZEN))
        ;
    wr_asym_leave(rw);
}

/* The hold must stand in the slot of a thread that handed it over. */
static void
check_handed_over(weir_rwmutex *rw)
{
    unsigned from = 0;
    uint32_t holds;

    wr_lock_acquire(wr_mutex_list_lock(&rw->writers));
    freeze_locked(rw);
    holds = wr_holds_count(rw, &from, false) * CENTRAL_HOLD;
    /* relaxed: a slot that was seen empty has published its move. */
    holds += weir_load_rlx(&rw->central) & ~CENTRAL_ASLEEP;
    (void)weir_fetch_and_rlx(&rw->writers.word, ~(uint32_t)MUTEX_FROZEN);
    wr_lock_release(wr_mutex_list_lock(&rw->writers));
    WR_CHECK((int32_t)holds > 0, "rwmutex",
             "runlock of what is not read-locked");
}

/* Give back a hold that is in none of this thread's slots. */
static void
leave_central(weir_rwmutex *rw)
{
    struct wr_node *writer = NULL;
    bool checked = false;
    uint32_t found = weir_load_rlx(&rw->central);

    for (;;) {
        const bool positive = (int32_t)found >= (int32_t)CENTRAL_HOLD;

        if (!positive && !checked) {
            check_handed_over(rw);
            checked = true;
            found = weir_load_rlx(&rw->central);
            continue;
        }
        if (found == (CENTRAL_HOLD | CENTRAL_ASLEEP)) {
            writer = claim_drainer(rw);
            found = weir_load_rlx(&rw->central);
            continue;
        }
        /* order(rwmutex.central) REL: see is_clear().  Last touch. */
        if (weir_cas_rel(&rw->central, &found, found - CENTRAL_HOLD)) {
            if (writer != NULL)
                wr_waiter_grant(writer, WEIR_AGAIN);
            if (!positive)
                wr_holds_wake_all();
            return;
        }
    }
}

/* Without a slot. */
static bool
central_enter(weir_rwmutex *rw)
{
    uint32_t found = weir_load_rlx(&rw->central);

    /* order(rwmutex.central) SC: the hold before the look; against
     * is_clear(). */
    while (!weir_cas_sc(&rw->central, &found, found + CENTRAL_HOLD))
        ;
    /* order(rwmutex.word) SC: see take() and wr_mutex_try().
     * order(mutex.hold) ACQ: what the last writer did, see let_go() and
     * weir_rwmutex_unlock(). */
    if (!(weir_load_sc(&rw->writers.word) & MUTEX_LOCKED))
        return true;
    leave_central(rw);
    return false;
}

static bool
has_writer(weir_rwmutex *rw)
{
    return weir_load_rlx(&rw->writers.word) & MUTEX_LOCKED;
}

/* False: there is a writer. */
static bool
read_enter(weir_rwmutex *rw)
{
    struct wr_holds *t = wr_holds_get();

    if (has_writer(rw))
        return false;
    for (unsigned i = 0; t != NULL && i < HOLD_SLOTS; i++)
        if (weir_load_rlx(&t->slot[i]) == NULL) {
            if (slot_enter(t, i, rw))
                return true;
            break;
        }
    return central_enter(rw);
}

/* Poll until there is no writer.  False: there still is. */
static bool
spin_for_writer(weir_rwmutex *rw)
{
    struct wr_spin spin = wr_spin_start(READ_SPIN_NS);

    while (wr_spin_more(&spin)) {
        wr_spin_away(READ_POLL_NS);
        if (!has_writer(rw))
            return true;
    }
    for (int i = 0; i < READ_YIELDS; i++) {
        wr_sys_yield();
        if (!has_writer(rw))
            return true;
    }
    return false;
}

/* Enrol w among the readers.  False: there is no writer any more. */
static bool
enrol(weir_rwmutex *rw, struct wr_waiter *w)
{
    weir_mutex *m = &rw->writers;
    bool enrolled = false;
    uint32_t word;

    wr_lock_acquire(wr_mutex_list_lock(m));
    word = weir_load_rlx(&m->word);
    while ((word & MUTEX_LOCKED) && !enrolled)
        /* relaxed: the list lock publishes the list. */
        enrolled = weir_cas_rlx(&m->word, &word, word | MUTEX_READERS);
    if (enrolled) {
        struct wr_list list = wr_queue_open(rw->readers);

        wr_waiter_arm(w);
        wr_list_append(&list, &w->node.link);
        rw->readers = wr_queue_shut(&list);
    }
    wr_lock_release(wr_mutex_list_lock(m));
    return enrolled;
}

static void
withdraw(weir_rwmutex *rw, struct wr_link *link)
{
    weir_mutex *m = &rw->writers;

    wr_lock_acquire(wr_mutex_list_lock(m));
    if (wr_link_is_linked(link)) {
        struct wr_list list = wr_queue_open(rw->readers);

        wr_list_unlink(&list, link);
        rw->readers = wr_queue_shut(&list);
        if (wr_list_is_empty(&list))
            (void)weir_fetch_and_rlx(&m->word, ~(uint32_t)MUTEX_READERS);
    }
    wr_lock_release(wr_mutex_list_lock(m));
}

/* WEIR_OK: the writer's unlock gave us a hold; WEIR_AGAIN: try; or the limit's
 * status. */
static int
read_park(weir_rwmutex *rw, struct wr_waiter **w, weir_limit limit)
{
    bool left;
    int status;

    if (*w == NULL)
        *w = wr_waiter_get();
    if (*w == NULL) {
        wr_sys_nap(WR_NAP_NS);
        return WEIR_AGAIN;
    }
    if (!enrol(rw, *w))
        return WEIR_AGAIN;
    status = wr_waiter_wait(*w, limit, false, &left);
    if (left)
        withdraw(rw, &(*w)->node.link);
    return status;
}

static WR_COLD int
rlock_slow(weir_rwmutex *rw, weir_limit limit)
{
    struct wr_waiter *w = NULL;
    int status = WEIR_AGAIN;

    while (status == WEIR_AGAIN) {
        if (read_enter(rw)) {
            status = WEIR_OK;
            break;
        }
        status = wr_limit_status(limit);
        if (status == WEIR_OK)
            status =
                spin_for_writer(rw) ? WEIR_AGAIN : read_park(rw, &w, limit);
    }
    if (w != NULL)
        wr_waiter_put(w);
    return status;
}

/* The usual case: this thread has read before, and there is no writer. */
static inline bool
rlock_now(weir_rwmutex *rw)
{
    struct wr_holds *t = wr_sys_self_here()->holds;

    return wr_likely(t != NULL) &&
           wr_likely(weir_load_rlx(&t->slot[0]) == NULL) &&
           wr_likely(slot_enter(t, 0, rw));
}

void
weir_rwmutex_rlock(weir_rwmutex *rw)
{
    if (!rlock_now(rw))
        (void)rlock_slow(rw, WEIR_FOREVER);
}

int
weir_rwmutex_try_rlock(weir_rwmutex *rw)
{
    return rlock_now(rw) || read_enter(rw) ? WEIR_OK : WEIR_AGAIN;
}

int
weir_rwmutex_rlock_until(weir_rwmutex *rw, weir_limit limit)
{
    if (limit.cancel != NULL) {
        const int fired = wr_cancel_status(limit.cancel);

        if (fired != WEIR_OK)
            return fired;
    }
    return rlock_now(rw) ? WEIR_OK : rlock_slow(rw, limit);
}

static WR_COLD void
runlock_slow(weir_rwmutex *rw)
{
    struct wr_holds *t = wr_sys_self()->holds;

    for (unsigned i = 0; t != NULL && i < HOLD_SLOTS; i++)
        if (weir_load_rlx(&t->slot[i]) == rw) {
            wr_slot_leave(t, i);
            return;
        }
    leave_central(rw);
}

void
weir_rwmutex_runlock(weir_rwmutex *rw)
{
    struct wr_holds *t = wr_sys_self_here()->holds;

    if (wr_likely(t != NULL) && wr_likely(weir_load_rlx(&t->slot[0]) == rw))
        wr_slot_leave(t, 0);
    else
        runlock_slow(rw);
}

/* Whether nobody reads, summing from table *from on; those before it are
 * known to be clear.  *from moves on.  Holds: the mutex (H2), or it is a hint.
 */
static bool
is_clear(weir_rwmutex *rw, unsigned *from)
{
    /* relaxed: a guess at whether a slot that is set settles it. */
    const bool sure = (int32_t)weir_load_rlx(&rw->central) >= 0;
    uint32_t holds = wr_holds_count(rw, from, sure) * CENTRAL_HOLD;

    if (sure && holds != 0)
        return false;
    /* order(rwmutex.central) SC: after this writer's LOCKED, and after the
     * slots (H2); against central_enter().
     * order(rwmutex.central) ACQ: see leave_central(). */
    holds += weir_load_sc(&rw->central) & ~CENTRAL_ASLEEP;
    return holds == 0;
}

/* All slots are clear: sleep until central is. */
static void
sleep_on_central(weir_rwmutex *rw, struct wr_waiter *w, weir_limit limit)
{
    struct wr_lock *lock = wr_mutex_list_lock(&rw->writers);
    bool asleep = false;
    bool left;
    uint32_t found;

    wr_lock_acquire(lock);
    found = weir_load_rlx(&rw->central);
    while (found >= CENTRAL_HOLD && !asleep)
        /* relaxed: the list lock publishes the waiter. */
        asleep = weir_cas_rlx(&rw->central, &found, found | CENTRAL_ASLEEP);
    if (asleep) {
        wr_waiter_arm(w);
        rw->drainer = w->id;
    }
    wr_lock_release(lock);
    if (!asleep)
        return;
    (void)wr_waiter_wait(w, limit, false, &left);
    if (!left)
        return;
    wr_lock_acquire(lock);
    if (rw->drainer != 0) {
        rw->drainer = 0;
        (void)weir_fetch_and_rlx(&rw->central, ~CENTRAL_ASLEEP);
    }
    wr_lock_release(lock);
}

static WR_COLD int
drain_slow(weir_rwmutex *rw, unsigned from, weir_limit limit)
{
    struct wr_waiter *w = wr_waiter_get();
    int64_t step_ns = 0;
    int status = WEIR_OK;

    for (;;) {
        /* relaxed: before the sum; a sleep on an older value is refused. */
        const uint32_t central = weir_load_rlx(&rw->central);
        unsigned busy;

        if (is_clear(rw, &from)) {
            status = WEIR_OK;
            break;
        }
        busy = from;
        status = wr_limit_status(limit);
        if (status != WEIR_OK)
            break;
        if (w == NULL)
            wr_sys_nap(WR_NAP_NS);
        else if (wr_holds_count(rw, &busy, true) != 0)
            (void)wr_holds_wait(busy, rw, central, w, limit, &step_ns);
        else
            sleep_on_central(rw, w, limit);
    }
    if (w != NULL)
        wr_waiter_put(w);
    return status;
}

/* Wait until nobody reads.  Holds: the mutex. */
static int
drain(weir_rwmutex *rw, weir_limit limit)
{
    unsigned from = 0;
    struct wr_spin spin;

    wr_asym_leave(rw);
    if (is_clear(rw, &from))
        return WEIR_OK;
    spin = wr_spin_start(DRAIN_SPIN_NS);
    while (wr_spin_more(&spin))
        if (is_clear(rw, &from))
            return WEIR_OK;
    wr_sys_yield();
    return drain_slow(rw, from, limit);
}

/* Give every reader that sleeps a hold; they are granted after the release. */
static struct wr_link *
admit(weir_rwmutex *rw, struct wr_link *admitted)
{
    weir_mutex *m = &rw->writers;
    struct wr_link **end = &admitted;
    struct wr_list list;
    uint32_t count;

    while (*end != NULL)
        end = &(*end)->next;
    wr_lock_acquire(wr_mutex_list_lock(m));
    list = wr_queue_open(rw->readers);
    *end = wr_waiter_claim_all(&list, &count);
    rw->readers = NULL;
    /* relaxed, both: the release of the mutex orders them. */
    (void)weir_fetch_add_rlx(&rw->central, count * CENTRAL_HOLD);
    (void)weir_fetch_and_rlx(&m->word, ~(uint32_t)MUTEX_READERS);
    wr_lock_release(wr_mutex_list_lock(m));
    return admitted;
}

void
weir_rwmutex_unlock(weir_rwmutex *rw)
{
    struct wr_link *admitted = NULL;
    uint32_t found = weir_load_rlx(&rw->writers.word);

    if (wr_likely(found % MUTEX_WRITES == MUTEX_LOCKED) &&
        /* order(mutex.hold) REL: see take(), wr_mutex_try(), slot_enter() and
         * slot_enter_asym().  Last touch. */
        wr_likely(weir_cas_rel(&rw->writers.word, &found,
                               found - MUTEX_LOCKED + MUTEX_WRITES)))
        return;
    WR_CHECK(found & MUTEX_LOCKED, "rwmutex", "unlock of what is not locked");
    (void)weir_fetch_add_rlx(&rw->writers.word, MUTEX_WRITES);
    while (!wr_mutex_release(&rw->writers))
        admitted = admit(rw, admitted);
    wr_waiter_grant_all(admitted, WEIR_OK);
}

static int
lock_slow(weir_rwmutex *rw, weir_limit limit)
{
    int status = WEIR_OK;

    if (!wr_mutex_try(&rw->writers))
        status = wr_mutex_acquire(&rw->writers, limit);
    if (status != WEIR_OK)
        return status;
    status = drain(rw, limit);
    if (status != WEIR_OK)
        weir_rwmutex_unlock(rw);
    return status;
}

void
weir_rwmutex_lock(weir_rwmutex *rw)
{
    (void)lock_slow(rw, WEIR_FOREVER);
}

int
weir_rwmutex_lock_until(weir_rwmutex *rw, weir_limit limit)
{
    if (limit.cancel != NULL) {
        const int fired = wr_cancel_status(limit.cancel);

        if (fired != WEIR_OK)
            return fired;
    }
    return lock_slow(rw, limit);
}

int
weir_rwmutex_try_lock(weir_rwmutex *rw)
{
    unsigned from = 0;

    /* First without keeping anybody out, as most that fail fail here. */
    if (!is_clear(rw, &from) || !wr_mutex_try(&rw->writers))
        return WEIR_AGAIN;
    wr_asym_leave(rw);
    from = 0;
    if (is_clear(rw, &from))
        return WEIR_OK;
    weir_rwmutex_unlock(rw);
    return WEIR_AGAIN;
}
