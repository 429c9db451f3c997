/* SPDX-License-Identifier: MIT */
/*
 * select/set.c - a set of channels that says which became ready; see
 * <weir/set.h>.
 *
 * State of a member
 *     armed   its watcher is in its channel's list (chan/watch.h); here it is
 *             in none
 *     READY   in `ready`: it fired, or was ready when it was to be armed
 *     GIVEN   in `given`: a wait has returned it; the next one arms it again
 *
 *     armed -> READY   by the one who makes the channel ready, under its lock
 *     READY -> GIVEN   by a wait
 *     GIVEN -> armed, READY   by a wait, that holds `members`
 *
 * Invariant T   At every unlock of the set: `ready` not empty and somebody
 *     waits => a party is on its way that will take from `ready`.  Who appends
 *     to it claims a party that waits, or takes himself; who leaves something
 *     behind claims the next.
 *
 * Race: a wait that finds nothing against a firing
 *
 *     wait                                 sender, who made it ready
 *     ----                                 -------------------------
 *     lock set: ready is empty?       (A)  lock channel; stores, fires:
 *     appends its waiter                   lock set: appends to ready    (B)
 *     unlock                               claims the first waiter
 *
 *   One lock: (A) first: (B) finds the waiter.  (B) first: (A) finds the
 *   member.
 *
 * Race: removal against a wait that arms: `members`.  A wait arms with
 * `members` held, so a member is not freed under it, nor its channel.
 *
 * Lifetime  whoever fires holds the channel's lock, and a member is detached
 *           under that before it or the set is freed; a party that was claimed
 *           is granted after the unlock, and is still in its call.
 * Locks     `members`, then a channel's list lock, then `lock`.  Under the last
 *           nothing blocks, wakes or allocates; under the first no wake and no
 *           allocation, but as much work as members are looked at.
 */
#include "chan/chan.h"
#include "park/limit.h"

#include <weir/set.h>

#include <string.h>

struct member {
    struct wr_watcher watcher; /* under the channel's lock */
    struct wr_link place;      /* in ready or given, under `lock` */
    struct wr_link all;        /* under `members` */
    weir_set *set;
    weir_chan *chan;
    void *tag;
    bool is_given; /* which of the two; under `lock` */
};

struct weir_set {
    /* The line of who fires. */
    struct wr_lock lock WR_ALIGNED(WEIR_CACHE_LINE);
    /* `ready` is not empty: a hint for polling, late at worst. */
    WEIR_ATOMIC(uint32_t) is_ready;
    struct wr_list ready;
    struct wr_list given;
    struct wr_list waiters;
    wr_behind behind;

    /* The line of who adds, removes and arms. */
    struct wr_lock members;
    struct wr_list all;
    void *block; /* what free() gets */
};

static struct member *
member_of(struct wr_link *place)
{
    return wr_container_of(place, struct member, place);
}

/* Holds: lock. */
static void
append_ready(weir_set *set, struct member *m)
{
    m->is_given = false;
    wr_list_append(&set->ready, &m->place);
    weir_store_rlx(&set->is_ready, 1);
}

/* T: somebody to take what is in `ready`.  Holds: lock. */
static struct wr_node *
call_next(weir_set *set)
{
    if (wr_list_is_empty(&set->ready))
        return NULL;
    return wr_waiter_claim_first(&set->waiters, &set->behind);
}

static struct wr_node *
fire(struct wr_watcher *watcher)
{
    struct member *m = wr_container_of(watcher, struct member, watcher);
    weir_set *set = m->set;
    struct wr_node *node;

    wr_lock_acquire(&set->lock);
    append_ready(set, m);
    node = call_next(set);
    wr_lock_release(&set->lock);
    return node;
}

weir_set *
weir_set_make(void)
{
    const size_t slop = WEIR_CACHE_LINE - 16; /* of a 16-byte aligned block */
    void *block = wr_sys_alloc(sizeof(weir_set) + slop);
    weir_set *set;

    if (block == NULL)
        return NULL;
    set = (weir_set *)(((uintptr_t)block + slop) &
                       ~(uintptr_t)(WEIR_CACHE_LINE - 1));
    memset(set, 0, sizeof(*set));
    set->block = block;
    return set;
}

/* Out of its channel and of the lists.  Holds: members. */
static void
drop(weir_set *set, struct member *m)
{
    wr_watch_detach(m->chan, &m->watcher); /* not fired any more */
    wr_lock_acquire(&set->lock);
    if (wr_link_is_linked(&m->place))
        wr_list_unlink(m->is_given ? &set->given : &set->ready, &m->place);
    wr_lock_release(&set->lock);
    wr_list_unlink(&set->all, &m->all);
}

void
weir_set_free(weir_set *set)
{
    bool idle;

    if (set == NULL)
        return;
    wr_lock_acquire(&set->lock);
    idle = wr_list_is_empty(&set->waiters);
    wr_lock_release(&set->lock);
    WR_CHECK(idle, "set", "free while somebody waits on it");
    wr_lock_acquire(&set->members); /* who waited last may still hold it */
    while (!wr_list_is_empty(&set->all)) {
        struct member *m = wr_container_of(set->all.head, struct member, all);

        drop(set, m);
        wr_sys_free(m);
    }
    wr_lock_release(&set->members);
    wr_sys_free(set->block);
}

/* The member that watches this; a channel is in a few sets at most.
 * Holds: members. */
static struct member *
find(weir_set *set, weir_chan *ch, int op)
{
    struct member *found = NULL;
    struct wr_link *link;

    wr_lock_acquire(&ch->lock);
    link = ch->watch == NULL ? NULL : ch->watch->members.head;
    while (link != NULL && found == NULL) {
        struct wr_watcher *w = wr_container_of(link, struct wr_watcher, member);

        if (w->op == op && w->fire == fire &&
            wr_container_of(w, struct member, watcher)->set == set)
            found = wr_container_of(w, struct member, watcher);
        link = link->next == link ? NULL : link->next;
    }
    wr_lock_release(&ch->lock);
    return found;
}

/* Watch m's channel again, or say that it is ready.  Holds: members. */
static void
arm(weir_set *set, struct member *m)
{
    if (wr_watch_arm(m->chan, &m->watcher))
        return;
    wr_lock_acquire(&set->lock);
    append_ready(set, m);
    wr_lock_release(&set->lock);
}

static void
check(const weir_chan *ch, int op)
{
    WR_CHECK(ch != NULL, "set", "NULL is never ready");
    WR_CHECK(op == WEIR_CASE_RECV || op == WEIR_CASE_SEND, "set",
             "neither receive nor send");
    chan_check(ch);
}

int
weir_set_add(weir_set *set, weir_chan *ch, int op, void *tag)
{
    struct member *m;
    struct wr_node *node;

    check(ch, op);
    if (!wr_watch_prepare(ch))
        return WEIR_NOMEM;
    m = wr_sys_alloc(sizeof(*m));
    if (m == NULL)
        return WEIR_NOMEM;
    memset(m, 0, sizeof(*m));
    m->watcher.op = op;
    m->watcher.fire = fire;
    m->set = set;
    m->chan = ch;
    m->tag = tag;
    wr_lock_acquire(&set->members);
    WR_CHECK(find(set, ch, op) == NULL, "set", "added twice");
    wr_list_append(&set->all, &m->all);
    wr_watch_attach(ch, &m->watcher);
    arm(set, m);
    wr_lock_acquire(&set->lock);
    node = call_next(set);
    wr_lock_release(&set->lock);
    wr_lock_release(&set->members);
    chan_grant(node);
    return WEIR_OK;
}

void
weir_set_remove(weir_set *set, weir_chan *ch, int op)
{
    struct member *m;

    check(ch, op);
    wr_lock_acquire(&set->members);
    m = find(set, ch, op);
    WR_CHECK(m != NULL, "set", "removal of what is not in it");
    drop(set, m);
    wr_lock_release(&set->members);
    wr_sys_free(m);
}

/* The first that was given and is to be armed again; NULL: none.
 * Holds: members. */
static struct member *
pop_given(weir_set *set)
{
    struct member *m = NULL;

    wr_lock_acquire(&set->lock);
    if (!wr_list_is_empty(&set->given)) {
        m = member_of(set->given.head);
        wr_list_unlink(&set->given, &m->place);
    }
    wr_lock_release(&set->lock);
    return m;
}

/* What the waits before returned, again. */
static void
arm_given(weir_set *set)
{
    struct member *m;

    wr_lock_acquire(&set->members);
    while ((m = pop_given(set)) != NULL)
        arm(set, m);
    wr_lock_release(&set->members);
}

/* Take up to n that are ready; if there are none, enrol w, unless it is NULL.
 * How many. */
static size_t
take(weir_set *set, weir_ready *out, size_t n, struct wr_waiter *w)
{
    struct wr_node *next;
    size_t got = 0;

    wr_lock_acquire(&set->lock);
    while (got < n && !wr_list_is_empty(&set->ready)) {
        struct member *m = member_of(set->ready.head);

        wr_list_unlink(&set->ready, &m->place);
        m->is_given = true;
        wr_list_append(&set->given, &m->place);
        out[got++] = (weir_ready){ m->chan, m->tag, m->watcher.op };
    }
    if (wr_list_is_empty(&set->ready))
        weir_store_rlx(&set->is_ready, 0);
    if (got == 0 && w != NULL) {
        wr_waiter_arm(w);
        wr_list_append(&set->waiters, &w->node.link);
    }
    next = call_next(set);
    wr_lock_release(&set->lock);
    chan_grant(next);
    return got;
}

/* Look for a while before enrolling. */
static bool
linger(weir_set *set)
{
    struct wr_spin spin = wr_spin_for_party();

    do {
        if (weir_load_rlx(&set->is_ready))
            return true;
    } while (wr_spin_more(&spin));
    return wr_yield_for_party() && weir_load_rlx(&set->is_ready) != 0;
}

static void
withdraw(weir_set *set, struct wr_waiter *w)
{
    wr_lock_acquire(&set->lock);
    if (wr_link_is_linked(&w->node.link))
        wr_list_unlink(&set->waiters, &w->node.link);
    wr_lock_release(&set->lock);
}

/* Enrol and sleep, or take what has come.  *got: how many; 0 with WEIR_OK:
 * somebody was faster. */
static int
park(weir_set *set, weir_ready *out, size_t n, size_t *got, weir_limit limit)
{
    struct wr_waiter *w = wr_waiter_get();
    int status = WEIR_OK;
    bool left;

    if (w == NULL)
        return WEIR_NOMEM;
    *got = take(set, out, n, w);
    if (*got == 0) {
        status = wr_waiter_wait(w, limit, false, &left);
        if (left)
            withdraw(set, w);
        else /* T, before any look at the limit */
            *got = take(set, out, n, NULL);
    }
    wr_waiter_put(w);
    return status;
}

int
weir_set_wait_until(weir_set *set, weir_ready *out, size_t n, size_t *got,
                    weir_limit limit)
{
    int status = weir_set_try_wait(set, out, n, got);

    while (status == WEIR_AGAIN) {
        status = wr_limit_status(limit);
        if (status != WEIR_OK)
            return status;
        if (linger(set))
            *got = take(set, out, n, NULL);
        else
            status = park(set, out, n, got, limit);
        if (status == WEIR_OK && *got == 0)
            status = WEIR_AGAIN; /* somebody was faster */
    }
    return status;
}

int
weir_set_wait(weir_set *set, weir_ready *out, size_t n, size_t *got)
{
    return weir_set_wait_until(set, out, n, got, WEIR_FOREVER);
}

int
weir_set_try_wait(weir_set *set, weir_ready *out, size_t n, size_t *got)
{
    arm_given(set);
    *got = take(set, out, n, NULL);
    return *got > 0 || n == 0 ? WEIR_OK : WEIR_AGAIN;
}
