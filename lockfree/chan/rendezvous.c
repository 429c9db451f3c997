/* SPDX-License-Identifier: MIT */
/*
 * chan/rendezvous.c - the channel of capacity 0: a hand-over under one lock.
 *
 * State   meeting: two flags, "receivers wait" and "senders wait", and above
 *         them the number of enrolments: the version that a select's default
 *         compares.  On the line of the lock, and written under it only.  A
 *         try that finds its flag clear knows, without the lock, that nobody
 *         waits.
 * Invariant  the two lists are never both non-empty: whoever comes second
 *         claims instead of enrolling.
 *
 * A small message changes hands under the lock if the party that waits is awake
 * (park/waiter.h, Hand-over).  Any other is copied after the unlock and before
 * the grant: a claimed party cannot leave.
 *
 * Lines that a message moves: the cold line twice (enrol, claim), the parked
 * party's waiter, and its message, if it is not small.  The first two come
 * together where two parties serve each other in turn.
 */
#include "chan/chan.h"
#include "park/limit.h"

#define MEET_RECEIVERS ((uint64_t)1)
#define MEET_SENDERS ((uint64_t)2)
#define MEET_STEP ((uint64_t)4)

/* A list and the flag that says that somebody waits in it. */
struct queue {
    struct wr_list *list;
    uint64_t flag;
    int opens; /* what is ready while somebody waits in it */
};

static enum chan_who
who_of(struct queue queue)
{
    return queue.flag == MEET_SENDERS ? CHAN_SENDER : CHAN_RECEIVER;
}

/* Append to `ours`.  Holds: lock. */
static int
enrol(weir_chan *ch, struct queue ours, struct wr_node *node)
{
    wr_list_append(ours.list, &node->link);
    /* relaxed: a try that acts on the flag takes the lock; and who looks at the
     * number has read this very word before, see wr_rendezvous_evidence(). */
    weir_store_rlx(&ch->meeting,
                   (weir_load_rlx(&ch->meeting) | ours.flag) + MEET_STEP);
    return CHAN_PARKED;
}

/* A branch of a select, which may not claim: not where somebody else stands
 * opposite. */
static int
enrol_branch(weir_chan *ch, struct queue theirs, struct queue ours,
             struct wr_node *node)
{
    if (weir_load_rlx(&ch->send.word) & CHAN_CLOSED)
        return WEIR_CLOSED;
    if (wr_waiter_any(theirs.list, node->waiter))
        return CHAN_RETRY;
    return enrol(ch, ours, node);
}

int
wr_rendezvous_enrol_sender(weir_chan *ch, struct wr_node *node)
{
    const struct queue theirs = { &ch->receivers, MEET_RECEIVERS,
                                  WEIR_CASE_SEND };
    const struct queue ours = { &ch->senders, MEET_SENDERS, WEIR_CASE_RECV };

    return enrol_branch(ch, theirs, ours, node);
}

int
wr_rendezvous_enrol_receiver(weir_chan *ch, struct wr_node *node)
{
    const struct queue theirs = { &ch->senders, MEET_SENDERS, WEIR_CASE_RECV };
    const struct queue ours = { &ch->receivers, MEET_RECEIVERS,
                                WEIR_CASE_SEND };

    return enrol_branch(ch, theirs, ours, node);
}

bool
wr_rendezvous_watch(weir_chan *ch, int op)
{
    struct wr_list *theirs =
        op == WEIR_CASE_RECV ? &ch->senders : &ch->receivers;

    return !(weir_load_rlx(&ch->send.word) & CHAN_CLOSED) &&
           !wr_waiter_any(theirs, NULL);
}

/* Statistics want to see whom a claim has served. */
static inline bool
hands_over(const weir_chan *ch)
{
    return chan_is_small(ch) && !chan_keeps_stats(ch);
}

/* Serve the first waiter of `theirs`, by hand or else as *met, or enrol w in
 * `ours` (NULL: only try). */
static int
meet(weir_chan *ch, struct queue theirs, struct queue ours, struct wr_waiter *w,
     struct wr_hand *hand, struct wr_node **met)
{
    struct wr_node *woken = NULL;
    int status = WEIR_OK;

    hand->from = w;
    if (w != NULL)
        wr_waiter_fetch_partner(w);
    wr_lock_acquire(&ch->lock);
    *met = NULL;
    if (weir_load_rlx(&ch->send.word) & CHAN_CLOSED) {
        status = WEIR_CLOSED;
    } else {
        *met = wr_waiter_serve_first(theirs.list, &ch->behind,
                                     hands_over(ch) ? hand : NULL);
        if (chan_keeps_stats(ch) && *met != NULL)
            wr_chan_note_handed(ch, who_of(theirs), *met);
        if (wr_list_is_empty(theirs.list))
            /* order(chan.meeting) REL: to look(), which needs no lock to say
             * that nobody waits; so it says it after what this party knew. */
            weir_store_rel(&ch->meeting,
                           weir_load_rlx(&ch->meeting) & ~theirs.flag);
        if (*met != NULL || hand->done) {
            status = WEIR_OK;
        } else if (w == NULL) {
            status = WEIR_AGAIN;
        } else {
            wr_waiter_arm(w);
            status = enrol(ch, ours, &w->node);
            woken = chan_fire(ch, ours.opens, NULL);
            if (chan_keeps_stats(ch))
                wr_chan_note_enrolled(ch, who_of(ours));
        }
    }
    wr_lock_release(&ch->lock);
    chan_grant(woken);
    return status;
}

static int
send_meet(weir_chan *ch, const void *msg, struct wr_waiter *w)
{
    struct wr_hand hand = { .gives = true };
    const struct queue theirs = { &ch->receivers, MEET_RECEIVERS,
                                  WEIR_CASE_SEND };
    const struct queue ours = { &ch->senders, MEET_SENDERS, WEIR_CASE_RECV };
    struct wr_node *met;
    int status;

    if (w != NULL)
        chan_offer(ch, w, msg);
    if (chan_is_small(ch))
        chan_copy(ch, &hand.small, msg);
    status = meet(ch, theirs, ours, w, &hand, &met);
    if (met != NULL) {
        chan_copy(ch, met->msg, msg);
        wr_waiter_grant(met, WEIR_OK); /* last touch: the receiver's */
    }
    return status;
}

static int
recv_meet(weir_chan *ch, void *msg, struct wr_waiter *w)
{
    const size_t bytes = ch->elem_bytes; /* its sender may free the channel */
    struct wr_hand hand = { .gives = false };
    const struct queue theirs = { &ch->senders, MEET_SENDERS, WEIR_CASE_RECV };
    const struct queue ours = { &ch->receivers, MEET_RECEIVERS,
                                WEIR_CASE_SEND };
    struct wr_node *met;
    int status;

    if (w != NULL)
        chan_accept(ch, w, msg);
    status = meet(ch, theirs, ours, w, &hand, &met);
    if (hand.done && bytes == 8)
        weir_copy(msg, &hand.small, 8);
    else if (hand.done && bytes > 0) /* else msg may be NULL */
        weir_copy(msg, &hand.small, bytes);
    if (met != NULL) {
        chan_copy(ch, msg, met->msg);
        wr_waiter_grant(met, WEIR_OK); /* last touch: the sender's */
    }
    return status;
}

/* WEIR_AGAIN without the lock, if nobody waits in the list of `flag`. */
static int
look(weir_chan *ch, uint64_t flag)
{
    /* order(chan.meeting) ACQ: what the party knew that served the last one,
     * in meet(). */
    if (weir_load_acq(&ch->meeting) & flag)
        return WEIR_OK;
    return weir_ring_load_word(&ch->send.word) & CHAN_CLOSED ? WEIR_CLOSED
                                                             : WEIR_AGAIN;
}

int
wr_rendezvous_try_send(weir_chan *ch, const void *msg)
{
    const int status = look(ch, MEET_RECEIVERS);

    return status == WEIR_OK ? send_meet(ch, msg, NULL) : status;
}

int
wr_rendezvous_try_recv(weir_chan *ch, void *msg)
{
    const int status = look(ch, MEET_SENDERS);

    return status == WEIR_OK ? recv_meet(ch, msg, NULL) : status;
}

int
wr_rendezvous_send(weir_chan *ch, const void *msg, weir_limit limit)
{
    struct wr_waiter *w = NULL;
    int status = wr_limit_status(limit);

    if (status == WEIR_OK) {
        w = wr_waiter_get();
        status = w == NULL ? WEIR_NOMEM : WEIR_OK;
    }
    if (w == NULL) { /* no wait: then only what needs none */
        const int tried = wr_rendezvous_try_send(ch, msg);

        return tried == WEIR_AGAIN ? status : tried;
    }
    status = send_meet(ch, msg, w);
    if (status == CHAN_PARKED)
        return wr_chan_park_sender(ch, w, limit, true);
    wr_waiter_put(w);
    return status;
}

int
wr_rendezvous_recv(weir_chan *ch, void *msg, weir_limit limit)
{
    struct wr_waiter *w = NULL;
    int status = wr_limit_status(limit);

    if (status == WEIR_OK) {
        w = wr_waiter_get();
        status = w == NULL ? WEIR_NOMEM : WEIR_OK;
    }
    if (w == NULL) { /* no wait: then only what needs none */
        const int tried = wr_rendezvous_try_recv(ch, msg);

        return tried == WEIR_AGAIN ? status : tried;
    }
    status = recv_meet(ch, msg, w);
    if (status == CHAN_PARKED)
        return wr_chan_park_receiver(ch, w, msg, limit, true);
    wr_waiter_put(w);
    return status;
}

uint64_t
wr_rendezvous_evidence(weir_chan *ch)
{
    /* relaxed: look() reads the same word after it, and again what another
     * knew who made it say no. */
    const uint64_t enrolments =
        weir_load_rlx(&ch->meeting) & ~(MEET_RECEIVERS | MEET_SENDERS);

    return enrolments * 2 | (weir_ring_load_word(&ch->send.word) & CHAN_CLOSED);
}

bool
wr_rendezvous_send_hint(weir_chan *ch)
{
    return (weir_load_rlx(&ch->meeting) & MEET_RECEIVERS) != 0 ||
           (weir_load_rlx(&ch->send.word) & CHAN_CLOSED) != 0;
}

bool
wr_rendezvous_recv_hint(weir_chan *ch)
{
    return (weir_load_rlx(&ch->meeting) & MEET_SENDERS) != 0 ||
           (weir_load_rlx(&ch->send.word) & CHAN_CLOSED) != 0;
}
