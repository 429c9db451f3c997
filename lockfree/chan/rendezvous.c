/* SPDX-License-Identifier: MIT */
/*
 * chan/rendezvous.c - the channel of capacity 0: a hand-over under one lock.
 *
 * State   send.word counts the enrolments of senders, receive.word those of
 *         receivers: the versions that a select's default compares.
 *         send.SLOW: receivers wait; receive.SLOW: senders wait.  So a try
 *         that finds the flag clear knows that nobody waits, without the lock.
 * Invariant  the two lists are never both non-empty: whoever comes second
 *         claims instead of enrolling.
 *
 * The message is copied after the unlock and before the grant: a claimed party
 * cannot leave.
 */
#include "chan/chan.h"
#include "park/limit.h"

/* Serve the first waiter of `theirs`, or enrol w in `ours` (NULL: only try).
 * own: the word of this side, which freezes for `theirs`. */
static int
meet(weir_chan *ch, struct chan_side *own, struct chan_side *opposite,
     struct wr_list *theirs, struct wr_list *ours, struct wr_waiter *w,
     struct wr_node **met)
{
    int status = WEIR_OK;

    wr_lock_acquire(&ch->lock);
    *met = NULL;
    if (weir_load_rlx(&ch->send.word) & CHAN_CLOSED) {
        status = WEIR_CLOSED;
    } else if ((*met = wr_waiter_claim_first(theirs, &ch->behind)) != NULL) {
        chan_thaw(own, theirs);
    } else if (w == NULL) {
        chan_thaw(own, theirs);
        status = WEIR_AGAIN;
    } else {
        wr_waiter_arm(w);
        wr_list_append(ours, &w->node.link);
        /* order(ring.claim) REL: the enrolment is before a try's look.  Only
         * the lock holder writes the words of a rendezvous. */
        weir_store_rel(&own->word,
                       (weir_load_rlx(&own->word) & ~CHAN_SLOW) +
                           WEIR_RING_STEP);
        weir_store_rel(&opposite->word,
                       weir_load_rlx(&opposite->word) | CHAN_SLOW);
        status = CHAN_PARKED;
    }
    wr_lock_release(&ch->lock);
    return status;
}

static int
send_meet(weir_chan *ch, const void *msg, struct wr_waiter *w)
{
    struct wr_node *met;
    int status;

    if (w != NULL)
        w->node.msg = (void *)(uintptr_t)msg; /* only read */
    status = meet(ch, &ch->send, &ch->receive, &ch->receivers, &ch->senders, w,
                  &met);
    if (met != NULL) {
        chan_copy(ch, met->msg, msg);
        wr_waiter_grant(met, WEIR_OK); /* last touch: the receiver's */
    }
    return status;
}

static int
recv_meet(weir_chan *ch, void *msg, struct wr_waiter *w)
{
    struct wr_node *met;
    int status;

    if (w != NULL)
        w->node.msg = msg;
    status = meet(ch, &ch->receive, &ch->send, &ch->senders, &ch->receivers, w,
                  &met);
    if (met != NULL) {
        chan_copy(ch, msg, met->msg);
        wr_waiter_grant(met, WEIR_OK); /* last touch: the sender's */
    }
    return status;
}

int
rendezvous_try_send(weir_chan *ch, const void *msg)
{
    const uint64_t t = weir_ring_load_word(&ch->send.word);

    if (t & CHAN_CLOSED)
        return WEIR_CLOSED;
    return t & CHAN_SLOW ? send_meet(ch, msg, NULL) : WEIR_AGAIN;
}

int
rendezvous_try_recv(weir_chan *ch, void *msg)
{
    const uint64_t h = weir_ring_load_word(&ch->receive.word);

    if (h & CHAN_SLOW)
        return recv_meet(ch, msg, NULL);
    return weir_ring_load_word(&ch->send.word) & CHAN_CLOSED ? WEIR_CLOSED
                                                             : WEIR_AGAIN;
}

int
rendezvous_send(weir_chan *ch, const void *msg, weir_limit limit)
{
    struct wr_waiter *w;
    int status = wr_limit_status(limit);

    if (status != WEIR_OK) {
        const int tried = rendezvous_try_send(ch, msg);

        return tried == WEIR_AGAIN ? status : tried;
    }
    w = wr_waiter_get();
    if (w == NULL)
        return WEIR_NOMEM;
    status = send_meet(ch, msg, w);
    if (status == CHAN_PARKED)
        return chan_park(ch, w, &ch->senders, &ch->receive, limit, true);
    wr_waiter_put(w);
    return status;
}

int
rendezvous_recv(weir_chan *ch, void *msg, weir_limit limit)
{
    struct wr_waiter *w;
    int status = wr_limit_status(limit);

    if (status != WEIR_OK) {
        const int tried = rendezvous_try_recv(ch, msg);

        return tried == WEIR_AGAIN ? status : tried;
    }
    w = wr_waiter_get();
    if (w == NULL)
        return WEIR_NOMEM;
    status = recv_meet(ch, msg, w);
    if (status == CHAN_PARKED)
        return chan_park(ch, w, &ch->receivers, &ch->send, limit, true);
    wr_waiter_put(w);
    return status;
}
