/* SPDX-License-Identifier: MIT */
/*
 * chan/batch.c - several messages by one claim; see chan/chan.h.
 *
 * k tickets in a row are claimed by one swap once each of their k stamps has
 * been seen to be ready: while the word stands they are nobody else's, so this
 * is k claims at once, and no rule of the channel is touched.  A word with a
 * flag equals no stamp, so such a claim fails as a single one does.
 *
 * A call moves messages by claims as long as it gets tickets, under a flag one
 * by one as the single operations do; only for its first message it waits.
 *
 * Last touch: of a send, the stamp of its last message.
 */
#include "chan/chan.h"

/* The slot behind one, around. */
static inline char *
slot_behind(const weir_chan *ch, char *slot)
{
    slot += ch->shape.stride;
    if (slot == ch->slots + ch->shape.capacity * ch->shape.stride)
        slot = ch->slots;
    return slot;
}

/* Up to n sends by one claim: how many.  0: no room, or *flagged. */
static size_t
claim_sends(weir_chan *ch, const char *msgs, size_t n, bool *flagged)
{
    uint64_t t;
    const size_t k =
        weir_ring_take_n(ch->shape, ch->slots, &ch->send.word, 0, n, &t);
    char *slot = weir_ring_slot(ch->shape, ch->slots, t);

    *flagged = (t & WEIR_RING_FLAGS) != 0;
    if (k > 0 && chan_keeps_stats(ch))
        wr_chan_note_depth(ch, t, k);
    for (size_t i = 0; i < k; i++) {
        char *next = slot_behind(ch, slot);

        chan_copy(ch, slot + sizeof(uint64_t), msgs + i * ch->elem_bytes);
        /* Ours is the only hand on it: the stamp is the ticket. */
        weir_ring_publish(slot, weir_ring_own_stamp(slot) | WEIR_RING_FULL);
        slot = next;
    }
    return k;
}

/* As claim_sends(). */
static size_t
claim_recvs(weir_chan *ch, char *msgs, size_t n, bool *flagged)
{
    uint64_t h;
    const uint64_t k = weir_ring_take_n(ch->shape, ch->slots, &ch->receive.word,
                                        WEIR_RING_FULL, n, &h);
    char *slot = weir_ring_slot(ch->shape, ch->slots, h);

    *flagged = (h & WEIR_RING_FLAGS) != 0;
    for (size_t i = 0; i < k; i++) {
        char *next = slot_behind(ch, slot);

        chan_copy(ch, msgs + i * ch->elem_bytes, slot + sizeof(uint64_t));
        weir_ring_publish(slot, (weir_ring_own_stamp(slot) ^ WEIR_RING_FULL) +
                                    ch->shape.lap);
        slot = next;
    }
    return k;
}

/* One message, for which the channel is waited for as `limit` says; NULL: not
 * at all. */
static int
send_one(weir_chan *ch, const void *msg, const weir_limit *limit)
{
    return limit == NULL ? weir_chan_try_send(ch, msg)
                         : weir_chan_send_until(ch, msg, *limit);
}

static int
recv_one(weir_chan *ch, void *msg, const weir_limit *limit)
{
    return limit == NULL ? weir_chan_try_recv(ch, msg)
                         : weir_chan_recv_until(ch, msg, *limit);
}

/* Behind the first message: as many as there is room for.  Not waiting for a
 * place that is claimed and not yet emptied. */
static size_t
send_rest(weir_chan *ch, const char *msgs, size_t n, bool drops)
{
    size_t sent = 0;
    bool flagged;

    while (sent < n) {
        sent +=
            claim_sends(ch, msgs + sent * ch->elem_bytes, n - sent, &flagged);
        if (sent == n || !(flagged || drops))
            break;
        if ((drops ? wr_drop_send : wr_chan_look_send)(
                ch, msgs + sent * ch->elem_bytes) != WEIR_OK)
            break;
        sent++;
    }
    return sent;
}

static size_t
recv_rest(weir_chan *ch, char *msgs, size_t n)
{
    size_t got = 0;
    bool flagged;

    while (got < n) {
        got += claim_recvs(ch, msgs + got * ch->elem_bytes, n - got, &flagged);
        if (got == n || !flagged ||
            wr_bounded_look_recv(ch, msgs + got * ch->elem_bytes) != WEIR_OK)
            break;
        got++;
    }
    return got;
}

static int
send_some(weir_chan *ch, const char *msgs, size_t n, size_t *sent,
          const weir_limit *limit)
{
    bool flagged, drops;

    chan_check(ch);
    *sent = 0;
    if (n == 0)
        return WEIR_OK;
    drops = ch != NULL && chan_drops(ch); /* before the last touch */
    if (ch != NULL)
        *sent = claim_sends(ch, msgs, n, &flagged);
    if (*sent == n || (*sent > 0 && !drops))
        return WEIR_OK;
    if (*sent == 0) {
        const int status = send_one(ch, msgs, limit);

        if (status != WEIR_OK)
            return status;
        *sent = 1;
        if (n == 1 || chan_is_rendezvous(ch))
            return WEIR_OK;
    }
    *sent += send_rest(ch, msgs + *sent * ch->elem_bytes, n - *sent, drops);
    return WEIR_OK;
}

static int
recv_some(weir_chan *ch, char *msgs, size_t n, size_t *got,
          const weir_limit *limit)
{
    bool flagged;
    int status;

    chan_check(ch);
    *got = 0;
    if (n == 0)
        return WEIR_OK;
    if (ch != NULL)
        *got = claim_recvs(ch, msgs, n, &flagged);
    if (*got > 0)
        return WEIR_OK;
    status = recv_one(ch, msgs, limit);
    if (status != WEIR_OK)
        return status;
    *got = 1;
    if (!chan_is_rendezvous(ch))
        *got += recv_rest(ch, msgs + ch->elem_bytes, n - 1);
    return WEIR_OK;
}

int
weir_chan_send_n(weir_chan *ch, const void *msgs, size_t n, size_t *sent)
{
    const weir_limit limit = WEIR_FOREVER;

    return send_some(ch, msgs, n, sent, &limit);
}

int
weir_chan_try_send_n(weir_chan *ch, const void *msgs, size_t n, size_t *sent)
{
    return send_some(ch, msgs, n, sent, NULL);
}

int
weir_chan_send_n_until(weir_chan *ch, const void *msgs, size_t n, size_t *sent,
                       weir_limit limit)
{
    return send_some(ch, msgs, n, sent, &limit);
}

int
weir_chan_recv_n(weir_chan *ch, void *msgs, size_t n, size_t *got)
{
    const weir_limit limit = WEIR_FOREVER;

    return recv_some(ch, msgs, n, got, &limit);
}

int
weir_chan_try_recv_n(weir_chan *ch, void *msgs, size_t n, size_t *got)
{
    return recv_some(ch, msgs, n, got, NULL);
}

int
weir_chan_recv_n_until(weir_chan *ch, void *msgs, size_t n, size_t *got,
                       weir_limit limit)
{
    return recv_some(ch, msgs, n, got, &limit);
}
