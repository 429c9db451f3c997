/* SPDX-License-Identifier: MIT */
/*
 * select/settle.c - out of the lists again.
 *
 * Last touch: the channel that won is not touched (E2).  At the others there is
 * a branch to take out, unless somebody dropped it; that is seen under their
 * lock only.
 */
#include "select/select.h"

/* The branches from `at` on that are of one channel: the index behind them. */
static uint32_t
behind(const struct select *s, uint32_t at)
{
    const weir_chan *ch = s->all[at].which->chan;

    while (at < s->enrolled && s->all[at].which->chan == ch)
        at++;
    return at;
}

void
wr_select_withdraw(struct select *s, const struct select_case *won)
{
    const weir_chan *winner = won == NULL ? NULL : won->which->chan;
    uint32_t end;

    for (uint32_t at = 0; at < s->enrolled; at = end) {
        weir_chan *ch = s->all[at].which->chan;

        end = behind(s, at);
        if (ch == NULL || ch == winner)
            continue;
        wr_lock_acquire(&ch->lock);
        for (; at < end; at++) {
            struct wr_branch *b = &s->all[at].branch;

            if (wr_link_is_linked(&b->node.link))
                wr_list_unlink(b->list, &b->node.link);
        }
        chan_thaw(&ch->send, &ch->receivers);
        chan_thaw(&ch->receive, &ch->senders);
        wr_lock_release(&ch->lock);
    }
    s->enrolled = 0;
}
