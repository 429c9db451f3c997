/* SPDX-License-Identifier: MIT */
/*
 * chan/fast.h - one look at a channel: claim a ticket whose slot is ready and
 * do the operation, or say whether it seems to be ready.  See chan/chan.h.
 */
#ifndef WR_CHAN_FAST_H
#define WR_CHAN_FAST_H

#include "chan/chan.h"

/* A message of any other size than 8, or one to be noted; apart, so that the
 * fast path calls nothing. */
int wr_chan_fill_sized(weir_chan *ch, char *slot, const void *msg, uint64_t t);
int wr_chan_empty_sized(const weir_chan *ch, char *slot, void *msg,
                        uint64_t stamp);

/* The message into a claimed slot: last touch of the channel. */
static inline int
chan_fill(weir_chan *ch, char *slot, const void *msg, uint64_t t)
{
    weir_cpu_prefetch_write(slot + WEIR_SEPARATION);
    if (wr_unlikely(ch->fast_bytes != 8))
        return wr_chan_fill_sized(ch, slot, msg, t);
    weir_copy(slot + sizeof(uint64_t), msg, 8);
    weir_ring_publish(slot, t | WEIR_RING_FULL);
    return WEIR_OK;
}

/* The message out of it, and the stamp that says so. */
static inline int
chan_empty_to(const weir_chan *ch, char *slot, void *msg, uint64_t stamp)
{
    weir_cpu_prefetch_write(slot + WEIR_SEPARATION);
    if (wr_unlikely(ch->elem_bytes != 8))
        return wr_chan_empty_sized(ch, slot, msg, stamp);
    weir_copy(msg, slot + sizeof(uint64_t), 8);
    weir_ring_publish(slot, stamp);
    return WEIR_OK;
}

static inline int
chan_empty(weir_chan *ch, char *slot, void *msg, uint64_t h)
{
    return chan_empty_to(ch, slot, msg, h + weir_ring_lap(ch->shape));
}

/* Two atomics, one branch.  A word with a flag equals no stamp, and neither
 * does a rendezvous' word, so both go the slow way.  The slot, or NULL; *ticket
 * is the word that was claimed, or that failed. */
static inline char *
chan_claim_now(weir_chan *ch, struct chan_side *side, uint64_t full,
               uint64_t *ticket)
{
    const weir_ring_shape shape = ch->shape;
    char *slot;

    *ticket = weir_ring_load_word(&side->word);
    slot = weir_ring_slot(shape, ch->slots, *ticket);
    if (wr_likely(weir_ring_load_stamp(slot) == (*ticket | full)) &&
        wr_likely(weir_ring_claim(shape, &side->word, ticket)))
        return slot;
    return NULL;
}

/* Does a send (receive) seem to be ready?  Without a look at the opposite
 * index, which would take its line away from the other side. */
static inline bool
chan_slot_hint(const weir_chan *ch, struct chan_side *side, uint64_t full)
{
    const uint64_t ticket = weir_load_rlx(&side->word) & ~WEIR_RING_FLAGS;

    return weir_load_rlx(weir_ring_stamp(weir_ring_slot(
               ch->shape, ch->slots, ticket))) == (ticket | full);
}

static inline bool
chan_send_hint(weir_chan *ch)
{
    chan_check(ch);
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_send_hint(ch);
    if (chan_grows(ch))
        return wr_unbounded_send_hint(ch);
    return chan_slot_hint(ch, &ch->send, 0) || weir_load_rlx(&ch->look);
}

static inline bool
chan_recv_hint(weir_chan *ch)
{
    chan_check(ch);
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_recv_hint(ch);
    if (chan_grows(ch))
        return wr_unbounded_recv_hint(ch);
    return chan_slot_hint(ch, &ch->receive, WEIR_RING_FULL) ||
           (weir_load_rlx(&ch->look) & CHAN_LOOK_RECV);
}

#endif
