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

static inline uint64_t
differs(char *slot, uint64_t stamp)
{
    return weir_ring_load_stamp(slot) ^ stamp;
}

/* How many slots in a row from this one bear the stamps of tickets in a row. */
static inline size_t
count_row(char *at, uint64_t stride, uint64_t stamp, size_t most)
{
    size_t n = 0;

    /* Four looks, one branch.  Not as a loop: the compiler would keep it. */
    while (most - n >= 4 &&
           (differs(at, stamp) | differs(at + stride, stamp + WEIR_RING_STEP) |
            differs(at + 2 * stride, stamp + 2 * WEIR_RING_STEP) |
            differs(at + 3 * stride, stamp + 3 * WEIR_RING_STEP)) == 0) {
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

static size_t
count_ready(const char *slot, uint64_t stride, uint64_t stamp, size_t most)
{
    char *at = (char *)(uintptr_t)slot; /* atomics take no const */

    return wr_likely(stride == WEIR_RING_STRIDE(8))
               ? count_row(at, WEIR_RING_STRIDE(8), stamp, most)
               : count_row(at, stride, stamp, most);
}

/* Find what could be claimed; the ticket behind it. */
static WR_INLINE uint64_t
find(const weir_chan *ch, uint64_t full, size_t most, struct claim *c)
{
    const weir_ring_shape shape = ch->shape;
    const uint64_t at = weir_ring_position(shape, c->ticket);
    const uint64_t stride = weir_ring_stride(shape);
    const size_t row = (size_t)(shape.capacity - at);
    size_t n;

    n = count_ready(weir_ring_slot(shape, ch->slots, c->ticket), stride,
                    c->ticket | full, most < row ? most : row);
    c->n = n;
    c->around = 0;
    c->more = 0;
    if (n < row)
        return c->ticket + n * WEIR_RING_STEP;
    c->around = weir_ring_next_lap(shape, c->ticket);
    /* No further than the first slot: four are looked at before one counts. */
    c->more = count_ready(ch->slots, stride, c->around | full,
                          most - n < at ? most - n : (size_t)at);
    return c->around + c->more * WEIR_RING_STEP;
}

/* As weir_ring_take_n(); 0: not ready, or *flagged. */
static WR_INLINE size_t
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

/* n slots in a row, the stamp that the first of them gets, and the messages. */
struct row {
    char *slot;
    uint64_t stamp;
    size_t n;
    char *msgs; /* of sends: only read */
};

static WR_INLINE void
move_one(char *slot, uint64_t stamp, char *msg, size_t bytes, bool in)
{
    if (bytes > 0 && in)
        weir_copy(slot + sizeof(uint64_t), msg, bytes);
    if (bytes > 0 && !in)
        weir_copy(msg, slot + sizeof(uint64_t), bytes);
    weir_ring_publish(slot, stamp);
}

static WR_INLINE void
move_row(struct row r, uint64_t stride, size_t bytes, bool in)
{
    const uint64_t step = WEIR_RING_STEP;

    for (; r.n >= 4; r.n -= 4) {
        move_one(r.slot, r.stamp, r.msgs, bytes, in);
        move_one(r.slot + stride, r.stamp + step, r.msgs + bytes, bytes, in);
        move_one(r.slot + 2 * stride, r.stamp + 2 * step, r.msgs + 2 * bytes,
                 bytes, in);
        move_one(r.slot + 3 * stride, r.stamp + 3 * step, r.msgs + 3 * bytes,
                 bytes, in);
        r.slot += 4 * stride;
        r.stamp += 4 * step;
        r.msgs += 4 * bytes;
    }
    for (; r.n > 0; r.n--) {
        move_one(r.slot, r.stamp, r.msgs, bytes, in);
        r.slot += stride;
        r.stamp += step;
        r.msgs += bytes;
    }
}

static WR_NOINLINE void
move_sized(struct row r, uint64_t stride, size_t bytes, bool in)
{
    move_row(r, stride, bytes, in);
}

/* The channel is read before the last stamp lets it go. */
static WR_INLINE void
move(const weir_chan *ch, struct row r, bool in)
{
    if (wr_likely(ch->elem_bytes == 8))
        move_row(r, WEIR_RING_STRIDE(8), 8, in);
    else
        move_sized(r, weir_ring_stride(ch->shape), ch->elem_bytes, in);
}

/* The messages of a claim; those from the first slot on last. */
static WR_INLINE void
move_claimed(const weir_chan *ch, const struct claim *c, char *msgs, bool in)
{
    const uint64_t done = in ? WEIR_RING_FULL : weir_ring_lap(ch->shape);
    const struct row behind = { ch->slots, c->around + done, c->more,
                                msgs + c->n * ch->elem_bytes };

    move(ch,
         (struct row){ weir_ring_slot(ch->shape, ch->slots, c->ticket),
                       c->ticket + done, c->n, msgs },
         in);
    if (wr_unlikely(c->more > 0))
        move(ch, behind, in);
}

/* Up to n sends by one claim: how many.  0: no room, or *flagged. */
static WR_INLINE size_t
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
    move_claimed(ch, &c, (char *)(uintptr_t)msgs, true);
    return k;
}

/* As claim_sends(). */
static WR_INLINE size_t
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
    move_claimed(ch, &c, msgs, false);
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
static WR_NOINLINE size_t
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

static WR_NOINLINE size_t
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
