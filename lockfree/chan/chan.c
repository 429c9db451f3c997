/* SPDX-License-Identifier: MIT */
/*
 * chan/chan.c - close, and the way in: one look at the ring, then the flavour's
 * slow path.  See chan/chan.h.
 */
#include "chan/fast.h"
#include "chan/unbounded.h"
#include "park/limit.h"

#include <string.h>

/* What a try leaves to its slow path, without a look at the other index. */
#define NEVER_FULL (CHAN_DROPS | CHAN_GROWS)

/* A nil channel is never ready. */
static int
nil_wait(weir_limit limit)
{
    struct wr_waiter *w = wr_waiter_get();
    bool left;
    int status;

    if (w == NULL)
        return WEIR_NOMEM;
    wr_waiter_arm(w);
    status = wr_waiter_wait(w, limit, false, &left);
    wr_waiter_put(w);
    return status;
}

static WR_COLD int
send_slow(weir_chan *ch, const void *msg, weir_limit limit)
{
    if (ch == NULL)
        return nil_wait(limit);
    if (chan_drops(ch))
        return wr_drop_send(ch, msg);
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_send(ch, msg, limit);
    if (chan_grows(ch))
        return wr_unbounded_send(ch, msg, limit);
    return wr_bounded_send(ch, msg, limit);
}

static WR_COLD int
recv_slow(weir_chan *ch, void *msg, weir_limit limit)
{
    int status;

    if (ch == NULL)
        return nil_wait(limit);
    if (chan_is_rendezvous(ch))
        status = wr_rendezvous_recv(ch, msg, limit);
    else if (chan_grows(ch))
        status = wr_unbounded_recv(ch, msg, limit);
    else
        status = wr_bounded_recv(ch, msg, limit);
    if (status == WEIR_CLOSED && ch->elem_bytes > 0)
        memset(msg, 0, ch->elem_bytes);
    return status;
}

static WR_COLD int
try_send_slow(weir_chan *ch, const void *msg)
{
    if (chan_drops(ch))
        return wr_drop_send(ch, msg);
    if (chan_is_rendezvous(ch))
        return wr_rendezvous_try_send(ch, msg);
    if (chan_grows(ch))
        return wr_unbounded_try_send(ch, msg);
    return wr_bounded_try_send(ch, msg);
}

static WR_COLD int
try_recv_slow(weir_chan *ch, void *msg)
{
    int status;

    if (chan_is_rendezvous(ch))
        status = wr_rendezvous_try_recv(ch, msg);
    else if (chan_grows(ch))
        status = wr_unbounded_try_recv(ch, msg);
    else
        status = wr_bounded_try_recv(ch, msg);
    if (status == WEIR_CLOSED && ch->elem_bytes > 0)
        memset(msg, 0, ch->elem_bytes);
    return status;
}

WR_NOINLINE int
wr_chan_fill_sized(weir_chan *ch, char *slot, const void *msg, uint64_t t)
{
    if (ch->elem_bytes > 0) /* else msg may be NULL */
        weir_copy(slot + sizeof(uint64_t), msg, ch->elem_bytes);
    if (chan_keeps_stats(ch))
        wr_chan_note_depth(ch, t, 1);
    weir_ring_publish(slot, t | WEIR_RING_FULL);
    return WEIR_OK;
}

WR_NOINLINE int
wr_chan_empty_sized(const weir_chan *ch, char *slot, void *msg, uint64_t stamp)
{
    if (ch->elem_bytes > 0)
        weir_copy(msg, slot + sizeof(uint64_t), ch->elem_bytes);
    weir_ring_publish(slot, stamp);
    return WEIR_OK;
}

/* The first look at the ring has failed, of a growing channel always: one at
 * the segments, by the word that it found. */
static inline int
send_missed(weir_chan *ch, const void *msg, weir_limit limit, uint64_t t)
{
    char *slot = NULL;

    if (ch != NULL && chan_grows(ch) && chan_segments(ch)->quota == 0)
        slot = chan_spot_claim_now(ch, &ch->send, 0, t);
    if (wr_likely(slot != NULL))
        return chan_fill(ch, slot, msg, t);
    return send_slow(ch, msg, limit);
}

static inline int
recv_missed(weir_chan *ch, void *msg, weir_limit limit, uint64_t h)
{
    char *slot = NULL;

    if (ch != NULL && chan_grows(ch))
        slot = chan_spot_claim_now(ch, &ch->receive, WEIR_RING_FULL, h);
    if (wr_likely(slot != NULL))
        return chan_empty_to(ch, slot, msg, h | CHAN_TAKEN);
    return recv_slow(ch, msg, limit);
}

int
weir_chan_send(weir_chan *ch, const void *msg)
{
    uint64_t t = 0;
    char *slot = NULL;

    chan_check(ch);
    if (wr_likely(ch != NULL))
        slot = chan_claim_now(ch, &ch->send, 0, &t);
    if (wr_likely(slot != NULL))
        return chan_fill(ch, slot, msg, t);
    return send_missed(ch, msg, WEIR_FOREVER, t);
}

int
weir_chan_send_until(weir_chan *ch, const void *msg, weir_limit limit)
{
    uint64_t t = 0;
    char *slot = NULL;

    chan_check(ch);
    if (wr_likely(ch != NULL))
        slot = chan_claim_now(ch, &ch->send, 0, &t);
    if (wr_likely(slot != NULL))
        return chan_fill(ch, slot, msg, t);
    return send_missed(ch, msg, limit, t);
}

/* Told no at this ticket: the next try may ask the opposite word first. */
static inline int
told_no(struct chan_side *side, uint64_t ticket)
{
    if (weir_load_rlx(&side->missed) != ticket)
        weir_store_rlx(&side->missed, ticket);
    return WEIR_AGAIN;
}

int
weir_chan_try_send_1(weir_chan *ch, const void *msg)
{
    uint64_t t;
    char *slot;

    chan_check(ch);
    if (wr_unlikely(ch == NULL))
        return WEIR_AGAIN;
    slot = chan_claim_now(ch, &ch->send, 0, &t);
    if (slot != NULL)
        return chan_fill(ch, slot, msg, t);
    if (!(t & WEIR_RING_FLAGS) && wr_likely(!(ch->special & NEVER_FULL)) &&
        weir_ring_is_full(ch->shape, t,
                          weir_ring_load_opposite(&ch->receive.word)))
        return told_no(&ch->send, t);
    return try_send_slow(ch, msg);
}

int
weir_chan_recv(weir_chan *ch, void *msg)
{
    uint64_t h = 0;
    char *slot = NULL;

    chan_check(ch);
    if (wr_likely(ch != NULL))
        slot = chan_claim_now(ch, &ch->receive, WEIR_RING_FULL, &h);
    if (wr_likely(slot != NULL))
        return chan_empty(ch, slot, msg, h);
    return recv_missed(ch, msg, WEIR_FOREVER, h);
}

int
weir_chan_recv_until(weir_chan *ch, void *msg, weir_limit limit)
{
    uint64_t h = 0;
    char *slot = NULL;

    chan_check(ch);
    if (wr_likely(ch != NULL))
        slot = chan_claim_now(ch, &ch->receive, WEIR_RING_FULL, &h);
    if (wr_likely(slot != NULL))
        return chan_empty(ch, slot, msg, h);
    return recv_missed(ch, msg, limit, h);
}

int
weir_chan_try_recv_1(weir_chan *ch, void *msg)
{
    uint64_t h;
    char *slot;

    chan_check(ch);
    if (wr_unlikely(ch == NULL))
        return WEIR_AGAIN;
    slot = chan_claim_now(ch, &ch->receive, WEIR_RING_FULL, &h);
    if (slot != NULL)
        return chan_empty(ch, slot, msg, h);
    /* Equal without a flag: exactly empty, and open.  A rendezvous' words
     * differ. */
    if (wr_likely(!chan_grows(ch)) &&
        h == weir_ring_load_opposite(&ch->send.word))
        return told_no(&ch->receive, h);
    return try_recv_slow(ch, msg);
}

/* Claim everybody in `list`; they are granted after the unlock, linked through
 * their nodes.  Holds: lock. */
static struct wr_link *
claim_all(weir_chan *ch, struct wr_list *list, enum chan_who who,
          struct wr_link *claimed)
{
    struct wr_node *node;

    while ((node = wr_waiter_claim_first(list, &ch->behind)) != NULL) {
        if (chan_keeps_stats(ch))
            wr_chan_note_claimed(ch, who, node);
        node->link.prev = claimed;
        claimed = &node->link;
    }
    return claimed;
}

static void
grant_closed(struct wr_link *claimed)
{
    while (claimed != NULL) {
        struct wr_node *node = wr_container_of(claimed, struct wr_node, link);

        claimed = claimed->prev; /* before the grant: it frees the node */
        wr_waiter_grant(node, WEIR_CLOSED);
    }
}

int
weir_chan_close(weir_chan *ch)
{
    struct wr_link *claimed;
    struct wr_node *woken;
    uint64_t t;

    WR_CHECK(ch != NULL, "channel", "close of NULL");
    chan_check(ch);
    wr_lock_acquire(&ch->lock);
    /* order(ring.claim) REL: what the closer did is before every receive that
     * finds the flag; no weir_ring_claim() of this word follows. */
    t = weir_fetch_or_rel(&ch->send.word, CHAN_CLOSED);
    if (t & CHAN_CLOSED) {
        wr_lock_release(&ch->lock);
        return WEIR_CLOSED;
    }
    weir_store_rlx(&ch->look, CHAN_LOOK_BOTH);
    /* By R a parked receiver is owed nothing: all of them are told. */
    claimed = claim_all(ch, &ch->senders, CHAN_SENDER, NULL);
    claimed = claim_all(ch, &ch->receivers, CHAN_RECEIVER, claimed);
    woken = chan_fire(ch, WEIR_CASE_RECV, NULL);
    woken = chan_fire(ch, WEIR_CASE_SEND, woken);
    chan_thaw(ch, &ch->receive);
    chan_thaw(ch, &ch->send);
    wr_lock_release(&ch->lock);
    grant_closed(claimed);
    chan_grant(woken);
    return WEIR_OK;
}

void
wr_chan_words(weir_chan *ch, uint64_t *h, uint64_t *t)
{
    uint64_t again = weir_ring_load_word(&ch->receive.word) & ~WEIR_RING_FLAGS;

    do {
        *h = again;
        *t = weir_ring_load_word(&ch->send.word) & ~WEIR_RING_FLAGS;
        again = weir_ring_load_word(&ch->receive.word) & ~WEIR_RING_FLAGS;
    } while (*h != again);
}

size_t
weir_chan_len(const weir_chan *ch)
{
    uint64_t h, t, n;

    chan_check(ch);
    if (ch == NULL || chan_is_rendezvous(ch))
        return 0;
    WR_UNORDERED_BEGIN(); /* a length is no means of synchronisation */
    wr_chan_words((weir_chan *)(uintptr_t)ch, &h, &t); /* only read */
    WR_UNORDERED_END();
    n = weir_ring_distance(ch->shape, h, t);
    return n < ch->shape.capacity ? n : ch->shape.capacity;
}

size_t
weir_chan_cap(const weir_chan *ch)
{
    chan_check(ch);
    return ch == NULL ? 0 : ch->shape.capacity;
}

/* Withdraw w, which has left. */
static void
withdraw(weir_chan *ch, struct wr_waiter *w, enum chan_who who)
{
    const bool sends = who == CHAN_SENDER;
    struct wr_list *list = sends ? &ch->senders : &ch->receivers;

    wr_lock_acquire(&ch->lock);
    if (wr_link_is_linked(&w->node.link))
        wr_list_unlink(list, &w->node.link);
    if (chan_keeps_stats(ch))
        wr_chan_note_left(ch, who);
    /* Speed only: the next slow call would. */
    chan_thaw(ch, sends ? &ch->receive : &ch->send);
    wr_lock_release(&ch->lock);
}

int
wr_chan_park_sender(weir_chan *ch, struct wr_waiter *w, weir_limit limit,
                    bool poll)
{
    bool left;
    const int status = wr_waiter_wait(w, limit, poll, &left);

    if (left)
        withdraw(ch, w, CHAN_SENDER);
    wr_waiter_put(w);
    return status;
}

int
wr_chan_park_receiver(weir_chan *ch, struct wr_waiter *w, void *msg,
                      weir_limit limit, bool poll)
{
    bool left;
    const int status = wr_waiter_wait(w, limit, poll, &left);

    if (left)
        withdraw(ch, w, CHAN_RECEIVER);
    else if (status == WEIR_OK && chan_is_small(ch))
        chan_copy(ch, msg, w->small);
    wr_waiter_put(w);
    return status;
}
