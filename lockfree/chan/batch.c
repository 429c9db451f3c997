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

/* Tickets in a row: n from `ticket` on, whose slots lie in a row, too, and
 * `more` from the first slot on. */
struct claim {
    uint64_t ticket;
    size_t n;
    uint64_t around;
    size_t more;
};

/* How many slots in a row from this one bear the stamps of tickets in a row. */
static size_t
count_ready(const char *slot, uint64_t stride, uint64_t stamp, size_t most)
{
    char *at = (char *)(uintptr_t)slot; /* atomics take no const */
    size_t n = 0;

    /* Four looks, one branch. */
    while (most - n >= 4) {
        uint64_t off = 0;

        for (unsigned i = 0; i < 4; i++)
            off |= weir_ring_load_stamp(at + i * stride) ^
                   (stamp + i * WEIR_RING_STEP);
        if (off != 0)
            break;
        at += 4 * stride;
        stamp += 4 * WEIR_RING_STEP;
        n += 4;
    }
    while (n < most && weir_ring_load_stamp(at) == stamp) {
        at += stride;
        stamp += WEIR_RING_STEP;
        n++;
    }
    return n;
}

/* Find what could be claimed; the ticket behind it. */
static uint64_t
find(const weir_chan *ch, uint64_t full, size_t most, struct claim *c)
{
    const weir_ring_shape shape = ch->shape;
    const uint64_t at = weir_ring_position(shape, c->ticket);
    const size_t row = (size_t)(shape.capacity - at);
    size_t n;

    n = count_ready(ch->slots + at * shape.stride, shape.stride,
                    c->ticket | full, most < row ? most : row);
    c->n = n;
    c->more = 0;
    if (n < row)
        return c->ticket + n * WEIR_RING_STEP;
    c->around = (c->ticket & ~(shape.lap - 1)) + shape.lap;
    /* No further than the first slot: four are looked at before one counts. */
    c->more = count_ready(ch->slots, shape.stride, c->around | full,
                          most - n < at ? most - n : (size_t)at);
    return c->around + c->more * WEIR_RING_STEP;
}

/* As weir_ring_take_n(); 0: not ready, or *flagged. */
static size_t
claim(weir_chan *ch, struct chan_side *side, uint64_t full, size_t most,
      struct claim *c, bool *flagged)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;

    c->ticket = weir_ring_load_word(&side->word);
    for (;;) {
        uint64_t next;

        *flagged = (c->ticket & WEIR_RING_FLAGS) != 0;
        if (*flagged || chan_is_rendezvous(ch))
            return 0;
        next = find(ch, full, most, c);
        if (c->n == 0) {
            const uint64_t word = weir_ring_load_word(&side->word);

            if (word == c->ticket)
                return 0;
            c->ticket = word; /* another party was faster */
        } else if (weir_ring_claim_to(&side->word, &c->ticket, next)) {
            return c->n + c->more;
        } else {
            weir_backoff_pause(&backoff);
        }
    }
}

/* A slot's message in and out, its size known where that pays. */
static inline void
put_in(char *slot, uint64_t stamp, const char *msg, size_t bytes)
{
    if (bytes > 0)
        weir_copy(slot + sizeof(uint64_t), msg, bytes);
    weir_ring_publish(slot, stamp);
}

static inline void
take_out(char *slot, uint64_t stamp, char *msg, size_t bytes)
{
    if (bytes > 0)
        weir_copy(msg, slot + sizeof(uint64_t), bytes);
    weir_ring_publish(slot, stamp);
}

static inline void
put_row(char *slot, uint64_t stride, uint64_t stamp, size_t n, const char *msgs,
        size_t bytes)
{
    for (size_t i = 0; i < n; i++) {
        put_in(slot, stamp, msgs, bytes);
        slot += stride;
        stamp += WEIR_RING_STEP;
        msgs += bytes;
    }
}

static inline void
take_row(char *slot, uint64_t stride, uint64_t stamp, size_t n, char *msgs,
         size_t bytes)
{
    for (size_t i = 0; i < n; i++) {
        take_out(slot, stamp, msgs, bytes);
        slot += stride;
        stamp += WEIR_RING_STEP;
        msgs += bytes;
    }
}

/* The channel is read before the last stamp lets it go. */
static void
fill_row(const weir_chan *ch, uint64_t ticket, size_t n, const char *msgs)
{
    const size_t bytes = ch->elem_bytes;
    const uint64_t stamp = ticket | WEIR_RING_FULL;
    char *slot = weir_ring_slot(ch->shape, ch->slots, ticket);

    if (wr_likely(bytes == 8))
        put_row(slot, WEIR_RING_STRIDE(8), stamp, n, msgs, 8);
    else
        put_row(slot, ch->shape.stride, stamp, n, msgs, bytes);
}

static void
empty_row(const weir_chan *ch, uint64_t ticket, size_t n, char *msgs)
{
    const size_t bytes = ch->elem_bytes;
    const uint64_t stamp = ticket + ch->shape.lap;
    char *slot = weir_ring_slot(ch->shape, ch->slots, ticket);

    if (wr_likely(bytes == 8))
        take_row(slot, WEIR_RING_STRIDE(8), stamp, n, msgs, 8);
    else
        take_row(slot, ch->shape.stride, stamp, n, msgs, bytes);
}

/* Up to n sends by one claim: how many.  0: no room, or *flagged. */
static size_t
claim_sends(weir_chan *ch, const char *msgs, size_t n, bool *flagged)
{
    struct claim c;
    size_t k;

    if (chan_grows(ch)) {
        *flagged = false;
        return wr_unbounded_send_n(ch, msgs, n);
    }
    k = claim(ch, &ch->send, 0, n, &c, flagged);
    if (k == 0)
        return 0;
    if (chan_keeps_stats(ch))
        wr_chan_note_depth(ch, c.ticket, k);
    fill_row(ch, c.ticket, c.n, msgs);
    if (c.more > 0)
        fill_row(ch, c.around, c.more, msgs + c.n * ch->elem_bytes);
    return k;
}

/* As claim_sends(). */
static size_t
claim_recvs(weir_chan *ch, char *msgs, size_t n, bool *flagged)
{
    struct claim c;
    size_t k;

    if (chan_grows(ch)) {
        *flagged = false;
        return wr_unbounded_recv_n(ch, msgs, n);
    }
    k = claim(ch, &ch->receive, WEIR_RING_FULL, n, &c, flagged);
    if (k == 0)
        return 0;
    empty_row(ch, c.ticket, c.n, msgs);
    if (c.more > 0)
        empty_row(ch, c.around, c.more, msgs + c.n * ch->elem_bytes);
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

/* Messages without content need no array; but NULL has no offsets, not even 0.
 * Nobody reads or writes this. */
static char no_array;

static int
send_some(weir_chan *ch, const char *msgs, size_t n, size_t *sent,
          const weir_limit *limit)
{
    bool flagged, drops;

    chan_check(ch);
    *sent = 0;
    if (n == 0)
        return WEIR_OK;
    if (msgs == NULL)
        msgs = &no_array;
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
    if (msgs == NULL)
        msgs = &no_array;
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
