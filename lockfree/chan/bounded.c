/* SPDX-License-Identifier: MIT */
/*
 * chan/bounded.c - the slow paths of a buffered channel; see chan/chan.h.
 *
 * The steps of a send that finds no room: spin, then yield, without being
 * enrolled (flags stay clear, so the others keep their fast path); then, under
 * the lock, serve a parked receiver, or enrol and sleep at once.  A receive is
 * the mirror image, and looks at the opposite index once, after its spin, to
 * see a close.
 *
 * A blocking call never looks at the opposite index while it only waits for
 * its slot: a look would cost the other side a line transfer.
 */
#include "chan/chan.h"
#include "park/limit.h"

/* The lock holder's claim of a ticket, of a word that nobody else moves and
 * that it has read by weir_ring_load_word().
 *
 * A store: it needs no order.exact of its own.  Whoever claims on the other
 * side beyond this ticket has read the stamp that follows, and is ordered; and
 * all earlier claims of the other side are before the lock (R, S).  So no two
 * parties miss each other's claim through it. */
static void
move_word(struct chan_side *side, uint64_t word)
{
    /* order(ring.claim) REL: as weir_ring_claim(). */
    weir_store_rel(&side->word, word);
}

/* Freeze the receive word and see whether the buffer is exactly full: only then
 * may the first sender enrol.  Holds: lock. */
static bool
freeze_full(weir_chan *ch)
{
    uint64_t h = weir_ring_load_word(&ch->receive.word);
    uint64_t t = weir_ring_load_word(&ch->send.word);

    /* A freeze that must fail would send passers-by to the lock. */
    if (!chan_is_full(ch, t, h))
        return false;
    /* order(ring.claim) ACQ: what the receives before it had read, for a thaw
     * passes it on; those after it see the flag in weir_ring_claim(). */
    h = weir_fetch_or_acq(&ch->receive.word, CHAN_SLOW);
    t = weir_ring_load_word(&ch->send.word);
    if (chan_is_full(ch, t, h))
        return true;
    chan_thaw(ch, &ch->receive);
    return false;
}

/* A send that saw SLOW, under the lock: to a parked receiver, without moving
 * an index, or into the buffer.  False: no room.  *served: who is to be granted
 * after the unlock. */
static bool
send_flagged(weir_chan *ch, const void *msg, uint64_t t,
             struct wr_node **served)
{
    const uint64_t ticket = t & ~WEIR_RING_FLAGS;
    char *slot = weir_ring_slot(ch->shape, ch->slots, ticket);

    *served = wr_waiter_claim_first(&ch->receivers, &ch->behind);
    if (*served != NULL) {
        chan_copy(ch, (*served)->msg, msg);
        if (chan_keeps_stats(ch))
            wr_chan_note_handed(ch, CHAN_RECEIVER, *served);
        chan_thaw(ch, &ch->send);
        return true;
    }
    if (weir_ring_load_stamp(slot) != ticket) {
        chan_thaw(ch, &ch->send);
        return false;
    }
    chan_copy(ch, slot + sizeof(uint64_t), msg);
    /* A frozen word is moved by the lock holder alone.  Index first, then
     * stamp. */
    move_word(&ch->send, weir_ring_next(ch->shape, ticket));
    if (chan_keeps_stats(ch))
        wr_chan_note_depth(ch, ticket, 1);
    weir_ring_publish(slot, ticket | WEIR_RING_FULL);
    *served = chan_fire(ch, WEIR_CASE_RECV, NULL);
    return true;
}

int
wr_bounded_enrol_sender(weir_chan *ch, struct wr_node *node)
{
    if (weir_ring_load_word(&ch->send.word) & CHAN_CLOSED)
        return WEIR_CLOSED;
    if (wr_list_is_empty(&ch->senders) && !freeze_full(ch))
        return CHAN_RETRY;
    wr_list_append(&ch->senders, &node->link);
    return CHAN_PARKED;
}

/* w: enrol with it if there is no room; NULL: only try. */
static int
send_locked(weir_chan *ch, const void *msg, struct wr_waiter *w)
{
    struct wr_node *served = NULL;
    int status = WEIR_OK;
    uint64_t t;

    wr_lock_acquire(&ch->lock);
    t = weir_ring_load_word(&ch->send.word);
    if (t & CHAN_CLOSED) {
        status = WEIR_CLOSED;
    } else if ((t & CHAN_SLOW) && send_flagged(ch, msg, t, &served)) {
        status = WEIR_OK;
    } else if (w == NULL) {
        const uint64_t h = weir_ring_load_opposite(&ch->receive.word);

        status = weir_ring_is_full(ch->shape, t, h) ? WEIR_AGAIN : CHAN_RETRY;
    } else {
        chan_offer(ch, w, msg);
        wr_waiter_arm(w);
        status = wr_bounded_enrol_sender(ch, &w->node);
        if (chan_keeps_stats(ch) && status == CHAN_PARKED)
            wr_chan_note_enrolled(ch, CHAN_SENDER);
    }
    wr_lock_release(&ch->lock);
    chan_grant(served);
    return status;
}

/* One send without waiting.  WEIR_OK, WEIR_CLOSED, WEIR_AGAIN: slot `*slot` is
 * not free for `*want`; CHAN_RETRY: take the lock.  A stamp ahead of the word
 * means that another claimed the ticket, and then the word, read again, has
 * moved; or that the lock holder is between the two (recv_flagged), and then
 * the lock is what to wait for. */
static int
send_once(weir_chan *ch, const void *msg, char **slot, uint64_t *want)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;
    uint64_t ahead_of = UINT64_MAX;

    for (;;) {
        uint64_t t = weir_ring_load_word(&ch->send.word);
        uint64_t stamp;

        if (t & CHAN_CLOSED)
            return WEIR_CLOSED;
        *want = t & ~WEIR_RING_FLAGS;
        *slot = weir_ring_slot(ch->shape, ch->slots, t);
        if (t & CHAN_SLOW)
            return CHAN_RETRY;
        stamp = weir_ring_load_stamp(*slot);
        if (stamp == t) {
            if (weir_ring_claim(ch->shape, &ch->send.word, &t))
                break;
            weir_backoff_pause(&backoff);
        } else if ((int64_t)(stamp - t) < 0) {
            return WEIR_AGAIN;
        } else if (t == ahead_of) {
            return CHAN_RETRY;
        } else {
            ahead_of = t;
        }
    }
    chan_copy(ch, *slot + sizeof(uint64_t), msg);
    if (chan_keeps_stats(ch))
        wr_chan_note_depth(ch, *want, 1);
    weir_ring_publish(*slot, *want | WEIR_RING_FULL);
    return WEIR_OK;
}

static int
look_send(weir_chan *ch, const void *msg, char **slot, uint64_t *want)
{
    const int status = send_once(ch, msg, slot, want);

    if (status == CHAN_RETRY)
        return send_locked(ch, msg, NULL);
    if (status == WEIR_AGAIN &&
        !weir_ring_is_full(ch->shape, *want,
                           weir_ring_load_opposite(&ch->receive.word)))
        return CHAN_RETRY;
    return status;
}

int
wr_bounded_look_send(weir_chan *ch, const void *msg)
{
    char *slot;
    uint64_t want;

    return look_send(ch, msg, &slot, &want);
}

int
wr_bounded_try_send(weir_chan *ch, const void *msg)
{
    char *slot;
    uint64_t want;

    for (;;) {
        const int status = look_send(ch, msg, &slot, &want);

        if (status != CHAN_RETRY)
            return status;
        wr_slot_await(slot, want);
    }
}

/* Enrol w and sleep.  CHAN_RETRY: not full after all. */
static int
send_park(weir_chan *ch, const void *msg, struct wr_waiter *w, weir_limit limit)
{
    const int status = send_locked(ch, msg, w);

    if (status == CHAN_PARKED)
        return wr_chan_park_sender(ch, w, limit, false);
    wr_waiter_put(w);
    return status;
}

int
wr_bounded_send(weir_chan *ch, const void *msg, weir_limit limit)
{
    struct wr_waiter *w;
    char *slot;
    uint64_t want;

    for (;;) {
        int status = send_once(ch, msg, &slot, &want);

        if (status == WEIR_AGAIN) {
            if (wr_slot_spin(ch, &ch->send, slot, want) ||
                wr_slot_yield(&ch->send, slot, want))
                continue;
        } else if (status != CHAN_RETRY) {
            return status;
        }
        status = wr_limit_status(limit);
        w = status == WEIR_OK ? wr_waiter_get() : NULL;
        if (w == NULL)
            return chan_unable(wr_bounded_try_send(ch, msg), status);
        status = send_park(ch, msg, w, limit);
        if (status != CHAN_RETRY)
            return status;
        wr_slot_await(slot, want);
    }
}

/* Freeze the send word and see whether the ring is exactly empty.  WEIR_OK:
 * the first receiver may enrol.  Holds: lock. */
static int
freeze_empty(weir_chan *ch)
{
    uint64_t t = weir_ring_load_word(&ch->send.word);
    uint64_t h = weir_ring_load_word(&ch->receive.word);

    if ((t & ~WEIR_RING_FLAGS) != (h & ~WEIR_RING_FLAGS))
        return CHAN_RETRY;
    if (t & CHAN_CLOSED) /* under the lock; so t does not move any more */
        return WEIR_CLOSED;
    /* order(ring.claim) ACQ: what the sends before it had read, for a thaw
     * passes it on; those after it see the flag in weir_ring_claim(). */
    t = weir_fetch_or_acq(&ch->send.word, CHAN_SLOW);
    h = weir_ring_load_word(&ch->receive.word);
    if ((t & ~WEIR_RING_FLAGS) == (h & ~WEIR_RING_FLAGS))
        return WEIR_OK;
    chan_thaw(ch, &ch->send);
    return CHAN_RETRY;
}

/* `msg` into the slot of the frozen receive ticket h, whose own message has
 * been read.  By S (of a drop, by freeze_full) the ring is exactly full: no
 * sender's ticket has a free slot, so the send word does not move under us,
 * although it is not frozen.  Holds: lock. */
static void
hand_in(weir_chan *ch, const void *msg, char *slot, uint64_t h)
{
    const uint64_t t = weir_ring_load_word(&ch->send.word);

    WR_ASSERT(t == h + weir_ring_lap(ch->shape)); /* S */
    chan_copy(ch, slot + sizeof(uint64_t), msg);
    if (chan_keeps_stats(ch))
        wr_chan_note_full(ch);
    weir_ring_publish(slot, t | WEIR_RING_FULL);
    /* Receive last, so that nobody sees the ring emptier than it is. */
    move_word(&ch->send, weir_ring_next(ch->shape, t));
    move_word(&ch->receive,
              weir_ring_next(ch->shape, h) |
                  (chan_is_awaited(ch, &ch->receive) ? CHAN_SLOW : 0));
}

/* Take the message of slot h, whose word is frozen, and move the first parked
 * sender's message into the same slot.  Holds: lock. */
static struct wr_node *
recv_flagged(weir_chan *ch, void *msg, char *slot, uint64_t h)
{
    struct wr_node *served;

    chan_copy(ch, msg, slot + sizeof(uint64_t));
    served = wr_waiter_claim_first(&ch->senders, &ch->behind);
    if (served == NULL) {
        move_word(&ch->receive, weir_ring_next(ch->shape, h));
        weir_ring_publish(slot, h + weir_ring_lap(ch->shape));
        return chan_fire(ch, WEIR_CASE_SEND, NULL);
    }
    if (chan_keeps_stats(ch))
        wr_chan_note_claimed(ch, CHAN_SENDER, served);
    hand_in(ch, served->msg, slot, h);
    return served;
}

int
wr_bounded_enrol_receiver(weir_chan *ch, struct wr_node *node)
{
    if (wr_list_is_empty(&ch->receivers)) {
        const int status = freeze_empty(ch);

        if (status != WEIR_OK)
            return status;
    }
    wr_list_append(&ch->receivers, &node->link);
    return CHAN_PARKED;
}

bool
wr_bounded_watch(weir_chan *ch, int op)
{
    if (op == WEIR_CASE_RECV)
        return freeze_empty(ch) == WEIR_OK;
    return !(weir_ring_load_word(&ch->send.word) & CHAN_CLOSED) &&
           freeze_full(ch);
}

static int
recv_locked(weir_chan *ch, void *msg, struct wr_waiter *w)
{
    struct wr_node *served = NULL;
    int status = WEIR_OK;
    uint64_t h;
    char *slot;

    wr_lock_acquire(&ch->lock);
    h = weir_ring_load_word(&ch->receive.word);
    slot = weir_ring_slot(ch->shape, ch->slots, h);
    if ((h & CHAN_SLOW) &&
        weir_ring_load_stamp(slot) == (h ^ CHAN_SLOW ^ WEIR_RING_FULL)) {
        served = recv_flagged(ch, msg, slot, h ^ CHAN_SLOW);
    } else if (w == NULL) {
        status = CHAN_RETRY;
    } else {
        chan_accept(ch, w, msg);
        wr_waiter_arm(w);
        status = wr_bounded_enrol_receiver(ch, &w->node);
        if (chan_keeps_stats(ch) && status == CHAN_PARKED)
            wr_chan_note_enrolled(ch, CHAN_RECEIVER);
    }
    wr_lock_release(&ch->lock);
    chan_grant(served);
    return status;
}

/* One receive without waiting.  WEIR_OK; WEIR_AGAIN: the slot does not hold
 * ticket *want; CHAN_RETRY: it does, but the word has a flag, or the lock
 * holder is moving it (as in send_once). */
static int
recv_once(weir_chan *ch, void *msg, char **slot, uint64_t *want)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;
    uint64_t ahead_of = UINT64_MAX;

    for (;;) {
        uint64_t h = weir_ring_load_word(&ch->receive.word);
        uint64_t stamp;

        *want = (h & ~WEIR_RING_FLAGS) | WEIR_RING_FULL;
        *slot = weir_ring_slot(ch->shape, ch->slots, h);
        stamp = weir_ring_load_stamp(*slot);
        if (stamp == *want) {
            if (h & CHAN_SLOW)
                return CHAN_RETRY;
            if (weir_ring_claim(ch->shape, &ch->receive.word, &h))
                break;
            weir_backoff_pause(&backoff);
        } else if ((int64_t)(stamp - *want) < 0) {
            return WEIR_AGAIN;
        } else if (h == ahead_of) {
            return CHAN_RETRY;
        } else {
            ahead_of = h;
        }
    }
    chan_copy(ch, msg, *slot + sizeof(uint64_t));
    weir_ring_publish(*slot,
                      (*want ^ WEIR_RING_FULL) + weir_ring_lap(ch->shape));
    return WEIR_OK;
}

static int
look_recv(weir_chan *ch, void *msg, char **slot, uint64_t *want)
{
    const int status = recv_once(ch, msg, slot, want);

    if (status == CHAN_RETRY)
        return recv_locked(ch, msg, NULL);
    return status == WEIR_AGAIN ? chan_recv_missed(ch, *want) : status;
}

int
wr_bounded_look_recv(weir_chan *ch, void *msg)
{
    char *slot;
    uint64_t want;

    return look_recv(ch, msg, &slot, &want);
}

int
wr_bounded_try_recv(weir_chan *ch, void *msg)
{
    char *slot;
    uint64_t want;

    for (;;) {
        const int status = look_recv(ch, msg, &slot, &want);

        if (status != CHAN_RETRY)
            return status;
        wr_slot_await(slot, want);
    }
}

static int
recv_park(weir_chan *ch, void *msg, struct wr_waiter *w, weir_limit limit)
{
    const int status = recv_locked(ch, msg, w);

    if (status == CHAN_PARKED)
        return wr_chan_park_receiver(ch, w, msg, limit, false);
    wr_waiter_put(w);
    return status;
}

/* A receive that found nothing: wait a little, then say what to do: CHAN_RETRY:
 * look again; WEIR_CLOSED; WEIR_AGAIN: enrol. */
static int
recv_linger(weir_chan *ch, char *slot, uint64_t want)
{
    int status;

    if (wr_slot_spin(ch, &ch->receive, slot, want))
        return CHAN_RETRY;
    status = chan_recv_missed(ch, want);
    if (status == CHAN_RETRY)
        wr_slot_await(slot, want);
    else if (status == WEIR_AGAIN && wr_slot_yield(&ch->receive, slot, want))
        status = CHAN_RETRY;
    return status;
}

int
wr_bounded_recv(weir_chan *ch, void *msg, weir_limit limit)
{
    struct wr_waiter *w;
    char *slot;
    uint64_t want;

    for (;;) {
        int status = recv_once(ch, msg, &slot, &want);

        if (status == WEIR_AGAIN) {
            status = recv_linger(ch, slot, want);
            if (status == CHAN_RETRY)
                continue;
        }
        if (status == WEIR_OK || status == WEIR_CLOSED)
            return status;
        status = wr_limit_status(limit);
        w = status == WEIR_OK ? wr_waiter_get() : NULL;
        if (w == NULL)
            return chan_unable(wr_bounded_try_recv(ch, msg), status);
        status = recv_park(ch, msg, w, limit);
        if (status != CHAN_RETRY)
            return status;
        wr_slot_await(slot, want);
    }
}

/* Nobody is parked among the senders of a channel that drops.  Holds: lock. */
static int
displace_locked(weir_chan *ch, const void *msg, struct chan_displaced *d)
{
    const uint64_t t = weir_ring_load_word(&ch->send.word);
    uint64_t h;

    d->slot = weir_ring_slot(ch->shape, ch->slots, t);
    d->want = t & ~WEIR_RING_FLAGS;
    if (t & CHAN_CLOSED)
        return WEIR_CLOSED;
    if (!freeze_full(ch))
        return CHAN_RETRY;
    h = weir_ring_load_word(&ch->receive.word) ^ CHAN_SLOW;
    if (weir_ring_load_stamp(d->slot) != (h | WEIR_RING_FULL)) {
        /* The oldest message is not stored yet. */
        d->want = h | WEIR_RING_FULL;
        chan_thaw(ch, &ch->receive);
        return CHAN_RETRY;
    }
    if (d->to != NULL)
        chan_copy(ch, d->to, d->slot + sizeof(uint64_t));
    if (chan_keeps_stats(ch))
        wr_chan_note_dropped(ch);
    d->done = true;
    hand_in(ch, msg, d->slot, h);
    return WEIR_OK;
}

int
wr_bounded_displace(weir_chan *ch, const void *msg, struct chan_displaced *d)
{
    int status;

    d->done = false;
    wr_lock_acquire(&ch->lock);
    status = displace_locked(ch, msg, d);
    wr_lock_release(&ch->lock);
    return status;
}
