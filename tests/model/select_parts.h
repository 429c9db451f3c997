/* SPDX-License-Identifier: MIT */
/*
 * model/select_parts.h - selects over two channels x and y, of capacity CAP.
 *
 * What is sent and what is received is counted as it returns, so at the end,
 * with what is still in the buffers, the sums must agree: no message of a case
 * that was not chosen, none twice, none lost.  Freeing the channels at the end
 * sees that nobody is left in a list.
 */
#ifndef WEIR_MODEL_SELECT_PARTS_H
#define WEIR_MODEL_SELECT_PARTS_H

#include "mc.h"
#include "park/cancel.h"
#include "park/waiter.h"

#include <weir/chan.h>
#include <weir/select.h>

enum { SENT, GOT, DONE, FREED }; /* ghosts; FREED + 0 x, + 1 y */

static weir_chan *x, *y;
static struct weir_cancel source;

/* Strikes when the checker says. */
#define MAY_TIME_OUT weir_deadline(WEIR_S(3600))

static void
open_channels(void)
{
    wr_waiter_put(wr_waiter_get()); /* the pool grows here, once */
    x = weir_chan_make(sizeof(long), CAP);
    y = weir_chan_make(sizeof(long), CAP);
    mc_assert(x != NULL && y != NULL);
}

static void
drain(weir_chan *ch)
{
    long v;

    while (weir_chan_try_recv(ch, &v) == WEIR_OK)
        mc_ghost_add(GOT, v);
    weir_chan_free(ch);
}

static void
settle_accounts(void)
{
    if (!mc_ghost(FREED))
        drain(x);
    if (!mc_ghost(FREED + 1))
        drain(y);
    mc_assert(mc_ghost(SENT) == mc_ghost(GOT));
}

/* One select over these cases; the index, or the status. */
static int
choose(weir_case *cases, size_t n, weir_limit limit)
{
    const int at = weir_selectv_until(cases, n, 0, limit);

    if (at >= 0) {
        mc_assert((size_t)at < n);
        mc_ghost_add(DONE, 1);
        if (cases[at].op == WEIR_CASE_EVENT)
            mc_assert(cases[at].status == WEIR_OK);
        else if (cases[at].status == WEIR_OK)
            mc_ghost_add(cases[at].op == WEIR_CASE_SEND ? SENT : GOT,
                         *(long *)cases[at].msg);
        else
            mc_assert(cases[at].status == WEIR_CLOSED);
    }
    return at;
}

#define TO(ch, v)                                                              \
    {                                                                          \
        ch, &(long){ v }, WEIR_CASE_SEND, 0                                    \
    }
#define FROM(ch, v)                                                            \
    {                                                                          \
        ch, v, WEIR_CASE_RECV, 0                                               \
    }

/* A thread that selects once over two cases. */
#define SELECTS(name, limit, ...)                                              \
    static void name(void)                                                     \
    {                                                                          \
        long a = 0, b = 0, c = 0;                                              \
        weir_case cases[] = { __VA_ARGS__ };                                   \
                                                                               \
        (void)a, (void)b, (void)c;                                             \
        (void)choose(cases, sizeof(cases) / sizeof(cases[0]), limit);          \
    }

static void
send_one(weir_chan *ch, long v, weir_limit limit)
{
    if (weir_chan_send_until(ch, &v, limit) == WEIR_OK)
        mc_ghost_add(SENT, v);
}

static void
recv_one(weir_chan *ch, weir_limit limit)
{
    long v = 0;

    if (weir_chan_recv_until(ch, &v, limit) == WEIR_OK)
        mc_ghost_add(GOT, v);
}

#endif
