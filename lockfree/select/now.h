/* SPDX-License-Identifier: MIT */
/*
 * select/now.h - the short way of a select: one case of a few is ready, and is
 * done at once.
 */
#ifndef WR_SELECT_NOW_H
#define WR_SELECT_NOW_H

#include "select/glance.h"

/* Duplicates: what becomes ready between two glances at one channel is seen by
 * the later one only, which must not be its case each time. */
static inline bool
select_is_alone(const weir_case *cases, uint32_t n, const void *on)
{
    uint32_t times = 0;

    for (uint32_t i = 0; i < n; i++)
        times += cases[i].on == on;
    return times == 1;
}

/* Bit n - 1 - i for case i. */
static inline uint32_t
select_case_of(uint32_t bit, uint32_t n)
{
    return n - 1 - bit;
}

/* Do the case that was seen so; false: another party was faster. */
static inline bool
select_take(weir_case *c, weir_chan *ch, char *slot, uint64_t ticket)
{
    if (wr_likely(c->op == WEIR_CASE_RECV)) {
        if (!weir_ring_claim(ch->shape, &ch->receive.word, &ticket))
            return false;
        c->status = chan_empty(ch, slot, c->msg, ticket);
    } else {
        if (!weir_ring_claim(ch->shape, &ch->send.word, &ticket))
            return false;
        c->status = chan_fill(ch, slot, c->msg, ticket);
    }
    return true;
}

/* Glances first: their loads overlap, and no branch depends on which case is
 * ready.  If it is one, what its glance saw has come along in registers.  Its
 * number is worked out before the rest: the caller branches on it. */
static WR_INLINE int
select_now(weir_case *cases, size_t count, unsigned flags)
{
    const uint32_t n = (uint32_t)count;
    struct glance g = { 0, NULL, NULL, 0 };
    uint32_t at;

    if (count == 0 || count > SELECT_SMALL)
        return SELECT_PENDING;
    for (uint32_t i = 0; i < n; i++)
        g = glance(g, &cases[i]);
    if (g.ready == 0)
        return SELECT_PENDING;
    at = select_case_of((uint32_t)__builtin_ctzll(g.ready), n);
    if (wr_likely((g.ready & (g.ready - 1)) == 0) &&
        wr_likely(g.slot != NULL) &&
        wr_likely(select_is_alone(cases, n, cases[at].on)) &&
        wr_likely(select_take(&cases[at], g.ch, g.slot, g.ticket)))
        return (int)at;
    return wr_select_any(cases, n, g.ready, (flags & WEIR_SELECT_ORDERED) != 0);
}

#endif
