/* SPDX-License-Identifier: MIT */
/*
 * chan/case.c - a channel as one case of a select; see chan/chan.h.
 */
#include "chan/chan.h"

#include <string.h>

int
wr_chan_look_send(weir_chan *ch, const void *msg)
{
    chan_check(ch);
    if (chan_drops(ch))
        return wr_drop_look_send(ch, msg);
    return chan_is_rendezvous(ch) ? wr_rendezvous_try_send(ch, msg)
                                  : wr_bounded_look_send(ch, msg);
}

int
wr_chan_look_recv(weir_chan *ch, void *msg)
{
    int status;

    chan_check(ch);
    status = chan_is_rendezvous(ch) ? wr_rendezvous_try_recv(ch, msg)
                                    : wr_bounded_look_recv(ch, msg);
    if (status == WEIR_CLOSED && ch->elem_bytes > 0)
        memset(msg, 0, ch->elem_bytes);
    return status;
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

bool
wr_chan_send_hint(weir_chan *ch)
{
    const uint64_t t = weir_load_rlx(&ch->send.word);

    if (chan_drops(ch))
        return true;
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_send_hint(ch);
    return (t & CHAN_CLOSED) || weir_load_rlx(weir_ring_stamp(
                                    weir_ring_slot(ch->shape, ch->slots, t))) ==
                                    (t & ~WEIR_RING_FLAGS);
}

bool
wr_chan_recv_hint(weir_chan *ch)
{
    const uint64_t h = weir_load_rlx(&ch->receive.word) & ~WEIR_RING_FLAGS;

    if (chan_is_rendezvous(ch))
        return wr_rendezvous_recv_hint(ch);
    return weir_load_rlx(weir_ring_stamp(weir_ring_slot(
               ch->shape, ch->slots, h))) == (h | WEIR_RING_FULL);
}
