/* SPDX-License-Identifier: MIT */
/*
 * select/settle.c - out of the lists again.
 *
 * Last touch: the object that won is not touched (E2).  At the others there is
 * a branch to take out, unless somebody dropped it; that is seen under their
 * lock only.
 */
#include "select/select.h"

/* The branches from `at` on that are of one object: the index behind them. */
static uint32_t
behind(const struct select *s, uint32_t at)
{
    const void *on = s->all[at].which->on;

    while (at < s->enrolled && s->all[at].which->on == on)
        at++;
    return at;
}

/* The branches from `at` up to `end`, which are of one object. */
static void
withdraw(struct select *s, uint32_t at, uint32_t end)
{
    const weir_case *first = s->all[at].which;

    select_lock(first);
    for (; at < end; at++) {
        struct wr_branch *b = &s->all[at].branch;

        if (wr_link_is_linked(&b->node.link))
            wr_list_unlink(b->list, &b->node.link);
    }
    if (first->op != WEIR_CASE_EVENT) {
        weir_chan *ch = first->on;

        chan_thaw(ch, &ch->send);
        chan_thaw(ch, &ch->receive);
    }
    select_unlock(first);
}

void
wr_select_withdraw(struct select *s, const struct select_case *won)
{
    const void *winner = won == NULL ? NULL : won->which->on;
    uint32_t end;

    for (uint32_t at = 0; at < s->enrolled; at = end) {
        const void *on = s->all[at].which->on;

        end = behind(s, at);
        if (on != NULL && on != winner)
            withdraw(s, at, end);
    }
    s->enrolled = 0;
}
