/* SPDX-License-Identifier: MIT */
/* sync/event.c - set, wait, and the lock in the word; see sync/event.h. */
#include "sync/event.h"
#include "park/limit.h"
#include "park/policy.h"

static WR_COLD void
lock_slow(weir_event *ev, uint32_t word)
{
    struct wr_spin spin = wr_spin_start(WR_LOCK_SPIN_NS);
    uint32_t bits = EVENT_LOCKED;

    for (;;) {
        if (!(word & EVENT_LOCKED)) {
            /* order(event.lock) ACQ: see wr_event_lock(). */
            if (weir_cas_acq(&ev->word, &word, word | bits))
                return;
        } else if (wr_spin_more(&spin)) {
            word = weir_load_rlx(&ev->word);
        } else if ((word & EVENT_SLEEPERS) ||
                   weir_cas_rlx(&ev->word, &word, word | EVENT_SLEEPERS)) {
            (void)wr_sys_futex_wait(&ev->word, word | EVENT_SLEEPERS, WR_NEVER);
            /* Others may sleep on: as in park/lock.c. */
            bits = EVENT_LOCKED | EVENT_SLEEPERS;
            word = weir_load_rlx(&ev->word);
        }
    }
}

void
wr_event_lock(weir_event *ev)
{
    uint32_t word = weir_load_rlx(&ev->word) & ~(uint32_t)EVENT_LOCKED;

    /* order(event.lock) ACQ: the list as the last holder left it, see
     * wr_event_unlock(). */
    if (!weir_cas_acq(&ev->word, &word, word | EVENT_LOCKED))
        lock_slow(ev, word);
}

void
wr_event_unlock(weir_event *ev)
{
    struct wr_list *list = wr_event_list(ev);
    struct wr_link *claimed = NULL;
    uint32_t word = weir_load_rlx(&ev->word);
    uint32_t next, count;

    for (;;) {
        if ((word & EVENT_SET) && claimed == NULL)
            claimed = wr_waiter_claim_all(list, &count);
        next = (word & EVENT_SET) |
               (wr_list_is_empty(list) ? 0u : (uint32_t)EVENT_WAITERS);
        /* order(event.lock) REL: the list, for wr_event_lock() and
         * weir_event_set_1().  Last touch.
         * order(event.set) ACQ: what the setter did passes on to those who are
         * granted here, see weir_event_set_1(). */
        if (weir_cas_acqrel(&ev->word, &word, next))
            break;
    }
    if (word & EVENT_SLEEPERS)
        wr_sys_futex_wake(&ev->word, 1); /* uses the address only */
    wr_waiter_grant_all(claimed, WEIR_OK);
}

int
weir_event_set_1(weir_event *ev)
{
    uint32_t word = weir_load_rlx(&ev->word);

    while (!(word & EVENT_SET)) {
        const bool serves =
            (word & (EVENT_WAITERS | EVENT_LOCKED)) == EVENT_WAITERS;
        const uint32_t next =
            word | EVENT_SET | (serves ? (uint32_t)EVENT_LOCKED : 0u);

        /* order(event.set) REL: what was done before is seen by those who find
         * SET in weir_event_is_set() and wr_event_unlock().
         * order(event.lock) ACQ: the list, see wr_event_unlock().
         * Last touch, unless it takes the lock. */
        if (weir_cas_acqrel(&ev->word, &word, next)) {
            if (serves)
                wr_event_unlock(ev);
            return WEIR_OK;
        }
    }
    return WEIR_CLOSED;
}

bool
wr_event_enrol(weir_event *ev, struct wr_node *node)
{
    /* relaxed: if a set comes after this look, the unlock sees it (V). */
    if (weir_load_rlx(&ev->word) & EVENT_SET)
        return false;
    wr_list_append(wr_event_list(ev), &node->link);
    return true;
}

int
weir_event_try_wait(weir_event *ev)
{
    return weir_event_is_set(ev) ? WEIR_OK : WEIR_AGAIN;
}

/* Look for a while before enrolling; with nobody enrolled a set is one swap. */
static bool
linger(weir_event *ev)
{
    struct wr_spin spin = wr_spin_for_party();

    do {
        if (weir_load_rlx(&ev->word) & EVENT_SET)
            return true;
    } while (wr_spin_more(&spin));
    return wr_yield_for_party() && (weir_load_rlx(&ev->word) & EVENT_SET) != 0;
}

/* Enrol w and sleep until the event is set, or the limit's status. */
static int
park(weir_event *ev, struct wr_waiter *w, weir_limit limit)
{
    bool enrolled, left;
    int status;

    wr_event_lock(ev);
    wr_waiter_arm(w);
    enrolled = wr_event_enrol(ev, &w->node);
    wr_event_unlock(ev);
    if (!enrolled)
        return WEIR_OK;
    status = wr_waiter_wait(w, limit, false, &left);
    if (left) {
        wr_event_lock(ev);
        if (wr_link_is_linked(&w->node.link))
            wr_list_unlink(wr_event_list(ev), &w->node.link);
        wr_event_unlock(ev);
    }
    return status;
}

int
weir_event_wait_until(weir_event *ev, weir_limit limit)
{
    int status = weir_event_try_wait(ev);
    struct wr_waiter *w;

    if (status == WEIR_OK)
        return WEIR_OK;
    status = wr_limit_status(limit);
    if (status != WEIR_OK)
        return status;
    if (linger(ev))
        return weir_event_try_wait(ev);
    w = wr_waiter_get();
    if (w == NULL)
        return WEIR_NOMEM;
    status = park(ev, w, limit);
    wr_waiter_put(w);
    return status;
}

int
weir_event_wait(weir_event *ev)
{
    return weir_event_wait_until(ev, WEIR_FOREVER);
}
