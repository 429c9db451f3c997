/* SPDX-License-Identifier: MIT */
/*
 * select/enrol.c - a branch in a list of every channel.
 *
 * In the order of addresses: a select that finds another in its way withdraws,
 * and of several that do so to each other the topmost channel leaves one
 * standing.
 */
#include "select/select.h"

/* The status with which a select leaves to poll again; nobody sees it. */
#define SELECT_BUSY WEIR_AGAIN

static bool
is_above(const struct select_case *a, const struct select_case *b)
{
    return (uintptr_t)a->which->chan > (uintptr_t)b->which->chan;
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

/* Cases in the order of addresses, those of NULL channels first, and each
 * channel's branches in a ring. */
static void
lay_out(struct select *s, struct wr_waiter *w)
{
    uint32_t first = 0;

    for (uint32_t i = 0; i < s->count; i++)
        s->all[i].which = &s->cases[i];
    sort(s->all, s->count);
    for (uint32_t i = 0; i < s->count; i++) {
        struct select_case *c = &s->all[i];
        weir_chan *ch = c->which->chan;
        const bool last = i + 1 == s->count || s->all[i + 1].which->chan != ch;

        c->branch.node.link.next = NULL;
        c->branch.node.waiter = w;
        c->branch.node.msg = c->which->msg;
        c->branch.node.behind = WR_BRANCH;
        c->branch.same = last ? &s->all[first].branch : &s->all[i + 1].branch;
        if (last)
            first = i + 1;
        if (ch == NULL)
            continue;
        c->elem_bytes = ch->elem_bytes;
        c->branch.list =
            c->which->op == WEIR_CASE_SEND ? &ch->senders : &ch->receivers;
    }
}

static int
enrol_locked(struct select_case *c)
{
    weir_chan *ch = c->which->chan;
    struct wr_node *node = &c->branch.node;

    return c->which->op == WEIR_CASE_SEND ? wr_chan_enrol_sender(ch, node)
                                          : wr_chan_enrol_receiver(ch, node);
}

/* All cases of the channel of case *at, under one lock; *at moves behind them.
 * CHAN_PARKED, or why not. */
static int
enrol_channel(struct select *s, uint32_t *at)
{
    weir_chan *ch = s->all[*at].which->chan;
    int status = CHAN_PARKED;

    wr_lock_acquire(&ch->lock);
    while (*at < s->count && s->all[*at].which->chan == ch &&
           status == CHAN_PARKED)
        status = enrol_locked(&s->all[(*at)++]);
    wr_lock_release(&ch->lock);
    return status;
}

bool
wr_select_enrol(struct select *s, struct wr_waiter *w)
{
    uint32_t at = 0;

    lay_out(s, w);
    wr_waiter_arm(w);
    while (at < s->count && s->all[at].which->chan == NULL)
        at++;
    while (at < s->count) {
        const int status = enrol_channel(s, &at);

        s->enrolled = at;
        if (status == CHAN_PARKED)
            continue;
        if (!wr_waiter_leave(w, SELECT_BUSY))
            return true; /* claimed at an earlier channel */
        wr_select_withdraw(s, NULL);
        return false;
    }
    s->enrolled = at;
    return true;
}
