/* SPDX-License-Identifier: MIT */
/*
 * chan/case.c - a channel as one case of a select; see chan/chan.h.
 */
#include "chan/fast.h"

#include <string.h>

static WR_NOINLINE int
look_send_slow(weir_chan *ch, const void *msg)
{
    if (chan_drops(ch))
        return wr_drop_look_send(ch, msg);
    if (chan_grows(ch))
        return wr_unbounded_look_send(ch, msg);
    return chan_is_rendezvous(ch) ? wr_rendezvous_try_send(ch, msg)
                                  : wr_bounded_look_send(ch, msg);
}

static WR_NOINLINE int
look_recv_slow(weir_chan *ch, void *msg)
{
    int status;

    if (chan_grows(ch))
        status = wr_unbounded_look_recv(ch, msg);
    else
        status = chan_is_rendezvous(ch) ? wr_rendezvous_try_recv(ch, msg)
                                        : wr_bounded_look_recv(ch, msg);
    if (status == WEIR_CLOSED && ch->elem_bytes > 0)
        memset(msg, 0, ch->elem_bytes);
    return status;
}

int
wr_chan_look_send(weir_chan *ch, const void *msg)
{
    uint64_t t;
    char *slot;

    chan_check(ch);
    slot = chan_claim_now(ch, &ch->send, 0, &t);
    return wr_likely(slot != NULL) ? chan_fill(ch, slot, msg, t)
                                   : look_send_slow(ch, msg);
}

int
wr_chan_look_recv(weir_chan *ch, void *msg)
{
    uint64_t h;
    char *slot;

    chan_check(ch);
    slot = chan_claim_now(ch, &ch->receive, WEIR_RING_FULL, &h);
    return wr_likely(slot != NULL) ? chan_empty(ch, slot, msg, h)
                                   : look_recv_slow(ch, msg);
}

int
wr_chan_enrol_sender(weir_chan *ch, struct wr_node *node)
{
    if (chan_drops(ch)) /* ready; or closed, which the look tells */
        return CHAN_RETRY;
    return chan_is_rendezvous(ch) ? wr_rendezvous_enrol_sender(ch, node)
                                  : wr_bounded_enrol_sender(ch, node);
}

int
wr_chan_enrol_receiver(weir_chan *ch, struct wr_node *node)
{
    return chan_is_rendezvous(ch) ? wr_rendezvous_enrol_receiver(ch, node)
                                  : wr_bounded_enrol_receiver(ch, node);
}

/* A send becomes ready when a receive claims, or by a close. */
uint64_t
wr_chan_send_evidence(weir_chan *ch)
{
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_evidence(ch);
    return (weir_ring_load_opposite(&ch->receive.word) & ~CHAN_SLOW) |
           (weir_ring_load_opposite(&ch->send.word) & CHAN_CLOSED);
}

/* A receive becomes ready when a send claims, or by a close. */
uint64_t
wr_chan_recv_evidence(weir_chan *ch)
{
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_evidence(ch);
    return weir_ring_load_opposite(&ch->send.word) & ~CHAN_SLOW;
}
