/* SPDX-License-Identifier: MIT */
/*
 * select/enrol.c - a branch in a list of every channel and event.
 *
 * In the order of addresses: a select that finds another in its way withdraws,
 * and of several that do so to each other the topmost channel leaves one
 * standing.  Cases of one object in the order in which they were polled: who
 * comes finds the first, and so each as likely as the others.
 */
#include "select/select.h"

/* The status with which a select leaves to poll again; nobody sees it. */
#define SELECT_BUSY WEIR_AGAIN

static bool
is_above(const struct select_case *a, const struct select_case *b)
{
    const uintptr_t x = (uintptr_t)a->which->on;
    const uintptr_t y = (uintptr_t)b->which->on;

    return x > y || (x == y && a->rank > b->rank);
}

/* Shell's sort; for a few cases it is the insertion sort that it ends with. */
static void
sort(struct select_case *all, uint32_t count)
{
    uint32_t gap = 1;

    while (gap < count / 3)
        gap = 3 * gap + 1;
    for (; gap > 0; gap /= 3)
        for (uint32_t i = gap; i < count; i++) {
            const struct select_case moved = all[i];
            uint32_t at = i;

            for (; at >= gap && is_above(&all[at - gap], &moved); at -= gap)
                all[at] = all[at - gap];
            all[at] = moved;
        }
}

/* Where a case enrols. */
static void
find_list(struct select_case *c)
{
    const weir_case *which = c->which;
    weir_chan *ch = which->on;

    if (which->op == WEIR_CASE_EVENT) {
        c->branch.list = wr_event_list(which->on);
        return;
    }
    c->elem_bytes = ch->elem_bytes;
    c->branch.list =
        which->op == WEIR_CASE_SEND ? &ch->senders : &ch->receivers;
}

/* Cases in the order of addresses, those of NULL first, and each object's
 * branches in a ring. */
static void
lay_out(struct select *s, struct wr_waiter *w)
{
    uint32_t first = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        s->all[i].which = &s->cases[i];
        s->all[s->turns[i]].rank = i;
    }
    sort(s->all, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        struct select_case *c = &s->all[i];
        const void *on = c->which->on;
        const bool last = i + 1 == s->count || s->all[i + 1].which->on != on;

        c->branch.node.link.next = NULL;
        c->branch.node.waiter = w;
        c->branch.node.msg = c->which->msg;
        c->branch.node.behind = WR_BRANCH;
        c->branch.same = last ? &s->all[first].branch : &s->all[i + 1].branch;
        if (last)
            first = i + 1;
        if (on != NULL)
            find_list(c);
    }
}

static int
enrol_event(weir_event *ev, struct wr_node *node)
{
    return wr_event_enrol(ev, node) ? CHAN_PARKED : CHAN_RETRY;
}

/* A rendezvous where somebody waits is ready for the other side; *woken as in
 * chan_fire(). */
static int
enrol_chan(weir_chan *ch, struct select_case *c, struct wr_node **woken)
{
    const bool sends = c->which->op == WEIR_CASE_SEND;
    struct wr_node *node = &c->branch.node;
    const int status = sends ? wr_chan_enrol_sender(ch, node)
                             : wr_chan_enrol_receiver(ch, node);

    if (status == CHAN_PARKED && chan_is_rendezvous(ch))
        *woken = chan_fire(ch, sends ? WEIR_CASE_RECV : WEIR_CASE_SEND, *woken);
    return status;
}

static int
enrol_locked(struct select_case *c, struct wr_node **woken)
{
    if (c->which->op == WEIR_CASE_EVENT)
        return enrol_event(c->which->on, &c->branch.node);
    return enrol_chan(c->which->on, c, woken);
}

/* All cases of the object of case *at, under one lock; *at moves behind them.
 * CHAN_PARKED, or why not. */
static int
enrol_object(struct select *s, uint32_t *at)
{
    const weir_case *first = s->all[*at].which;
    struct wr_node *woken = NULL;
    int status = CHAN_PARKED;

    select_lock(first);
    while (*at < s->count && s->all[*at].which->on == first->on &&
           status == CHAN_PARKED)
        status = enrol_locked(&s->all[(*at)++], &woken);
    select_unlock(first);
    chan_grant(woken);
    return status;
}

bool
wr_select_enrol(struct select *s, struct wr_waiter *w)
{
    uint32_t at = 0;

    lay_out(s, w);
    wr_waiter_arm(w);
    while (at < s->count && s->all[at].which->on == NULL)
        at++;
    while (at < s->count) {
        const int status = enrol_object(s, &at);

        s->enrolled = at;
        if (status == CHAN_PARKED)
            continue;
        if (!wr_waiter_leave(w, SELECT_BUSY))
            return true; /* claimed at an earlier object */
        wr_select_withdraw(s, NULL);
        return false;
    }
    s->enrolled = at;
    return true;
}
