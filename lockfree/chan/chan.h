/* SPDX-License-Identifier: MIT */
/*
 * chan/chan.h - the channel: two index words, a ring of slots, a cold line.
 *
 * State
 *   send.word     ticket of the next send, SLOW, CLOSED
 *   receive.word  ticket of the next receive, SLOW
 *   send.SLOW     receivers are parked, or a watcher of receives is armed;
 *   receive.SLOW  senders are parked, or a watcher of sends is armed
 *                 (chan/watch.h).  A word carries the flag of the opposite side
 *                 only
 *   cold line     list lock, the two lists, the last sleeper claimed, watchers
 *   A rendezvous has no slots; its one stamp is ready for nobody, its words
 *   are neither equal nor a lap apart (so no fast answer fits), and who waits
 *   stands in a word on the cold line (chan/rendezvous.c).
 *   An unbounded channel has the same one stamp: its slots have no stride and
 *   its lap no end, so nothing is ever ready, or full, at first sight.  Its own
 *   are in chan/segments.h, its operations in chan/unbounded.h.
 *
 *   A channel with options keeps them, and its statistics, behind its header;
 *   flags in the constant line say which (CHAN_DROPS_...).
 *
 * The one rule: a claim fails if its word carries any flag, and whoever sees a
 * flag does the operation under the list lock.  Flags change only under it; a
 * word with SLOW is moved by its holder alone.
 *
 * Invariants, at every unlock
 *   R  receivers' list not empty => send.word frozen (SLOW), the ring exactly
 *      empty in tickets, every send ticket published and taken
 *   S  senders' list not empty => receive.word frozen, the ring exactly full
 *      in tickets, no slot is free
 *   Q  receive <= send <= receive + capacity (+ 1 inside a hand-in)
 *   With capacity >= 1 the lists are never both non-empty.
 *
 * Order on every path, locked or not: index first, then stamp; but for a
 * hand-in, whose words stand still for all others (bounded.c, hand_in).
 *
 * Race: a party enrols against a claim
 *
 *     receiver enrols                      sender claims
 *     ---------------                      -------------
 *     t = fetch_or(send.word, SLOW)  (A)   CAS send.word: t -> t+1    (B)
 *          <-- ring.claim, one word -->
 *     h = receive.word;  t == h ?          publishes
 *
 *   (B) first: the receiver's fetch_or returns the moved index, so it is not
 *   empty: it thaws and looks again.  (A) first: the swap fails on the flag,
 *   and the sender serves the receiver under the lock.  It needs one word and
 *   no fence.  Senders enrol as the mirror image.
 *
 * Race: a limit against a completion: the waiter's word decides, *before* the
 * channel's lock is taken (park/waiter.h W1).  A sender that was served never
 * touches the channel again.  (Receives have returned before free.)
 *
 * Lifetime  a message becomes visible by its stamp, the last touch of a sender
 *           without the lock, or by work under the lock, which free takes.
 * Locks     lock; nothing blocks, wakes or allocates under it.
 * Source    weir's core protocol; model-checked, see docs/design/001.  The flag
 *           in the index word is related to rapidfire's and crossbeam's.
 */
#ifndef WR_CHAN_CHAN_H
#define WR_CHAN_CHAN_H

#include "chan/segments.h"
#include "chan/stats.h"
#include "chan/watch.h"
#include "park/lock.h"
#include "park/policy.h"
#include "park/waiter.h"

#include <weir/chan.h>
#include <weir/ring.h>

#define CHAN_SLOW ((uint64_t)2)
#define CHAN_CLOSED ((uint64_t)4)

/* What is special about a channel. */
enum {
    CHAN_STATS = 1,
    CHAN_DROPS_NEWEST = 2,
    CHAN_DROPS_OLDEST = 4,
    CHAN_GROWS = 8, /* unbounded */
    CHAN_DROPS = CHAN_DROPS_NEWEST | CHAN_DROPS_OLDEST
};

/* What a slot's stamp does not tell a select: these are worth a look whatever
 * it is.  Both of a rendezvous, of an unbounded and of a closed channel; sends
 * of one that drops. */
enum {
    CHAN_LOOK_RECV = 1,
    CHAN_LOOK_SEND = 2,
    CHAN_LOOK_BOTH = CHAN_LOOK_RECV | CHAN_LOOK_SEND
};

/* What a locked attempt may also come to; never returned to a caller. */
enum {
    CHAN_PARKED = 1, /* enrolled */
    CHAN_RETRY = 2   /* a ticket is claimed and unpublished: wait for it */
};

/* One side's index word, alone on its lines but for what the side learns. */
struct chan_side {
    WEIR_ATOMIC(uint64_t) word;
    WEIR_ATOMIC(uint64_t) missed; /* the ticket of the last try told no */
    struct wr_learned learned;
    /* Of an unbounded channel. */
    WEIR_ATOMIC(struct chan_segment *) segment;
    WEIR_ATOMIC(uint64_t) bound; /* chan/unbounded.h, room_of() */
} WR_ALIGNED(WEIR_SEPARATION);

struct weir_chan {
    /* Constant once made. */
    weir_ring_shape shape;
    char *slots;
    void *block; /* what free() gets */
    uint32_t elem_bytes;
    uint32_t fast_bytes; /* elem_bytes; 2^32 - 1: messages are noted */
    uint16_t gap_max_ns;
    uint8_t special;
    WEIR_ATOMIC(uint8_t) look;     /* CHAN_LOOK_...: hints */
    uint32_t magic;                /* chan/make.c */
    WEIR_ATOMIC(uint64_t) no_slot; /* the stamp of who has no slots */

    /* The cold line. */
    struct wr_lock lock WR_ALIGNED(WEIR_CACHE_LINE);
    struct wr_list receivers;
    struct wr_list senders;
    wr_behind behind;
    WEIR_ATOMIC(uint64_t) meeting; /* rendezvous.c */
    struct chan_watch *watch;      /* NULL: never watched */

    struct chan_side send;
    struct chan_side receive;
} WR_ALIGNED(WEIR_SEPARATION);

WR_STATIC_ASSERT(sizeof(struct weir_chan) == 3 * WEIR_SEPARATION,
                 "a channel is one constant, one cold and two index lines");
WR_STATIC_ASSERT(offsetof(struct weir_chan, shape) ==
                         offsetof(struct weir_chan_words_, shape) &&
                     offsetof(struct weir_chan, send.word) ==
                         offsetof(struct weir_chan_words_, send.word) &&
                     offsetof(struct weir_chan, send.missed) ==
                         offsetof(struct weir_chan_words_, send.missed) &&
                     offsetof(struct weir_chan, receive.word) ==
                         offsetof(struct weir_chan_words_, receive.word) &&
                     offsetof(struct weir_chan, receive.missed) ==
                         offsetof(struct weir_chan_words_, receive.missed),
                 "the inline tries look where the words are");

/* Behind the header of a channel with options. */
struct chan_extra {
    void (*on_drop)(void *arg, const void *msg);
    void *drop_arg;
    struct chan_notes notes;
} WR_ALIGNED(WEIR_SEPARATION);

/* Only if ch->special. */
static inline struct chan_extra *
chan_extra(const weir_chan *ch)
{
    return (struct chan_extra *)(uintptr_t)(ch + 1);
}

/* Only if it grows. */
static inline struct chan_segments *
chan_segments(const weir_chan *ch)
{
    return (struct chan_segments *)(uintptr_t)(chan_extra(ch) + 1);
}

static inline bool
chan_grows(const weir_chan *ch)
{
    return (ch->special & CHAN_GROWS) != 0;
}

/* The send word `t`, read before the receive word `h`: no place is left. */
static inline bool
chan_is_full(const weir_chan *ch, uint64_t t, uint64_t h)
{
    uint64_t quota;

    if (!chan_grows(ch))
        return weir_ring_is_full(ch->shape, t, h);
    quota = chan_segments(ch)->quota;
    return quota != 0 && (int64_t)((t & ~WEIR_RING_FLAGS) -
                                   (h & ~WEIR_RING_FLAGS)) >= (int64_t)quota;
}

static inline bool
chan_is_rendezvous(const weir_chan *ch)
{
    return ch->shape.capacity == 0;
}

/* Sends never wait for room. */
static inline bool
chan_drops(const weir_chan *ch)
{
    return (ch->special & CHAN_DROPS) != 0;
}

static inline bool
chan_keeps_stats(const weir_chan *ch)
{
    return wr_unlikely((ch->special & CHAN_STATS) != 0);
}

/* Debug builds see a channel that has been freed; see chan/make.c. */
#define CHAN_ALIVE 0x52494557u /* "WEIR" */

#ifdef NDEBUG
static inline void
chan_check(const weir_chan *ch)
{
    (void)ch;
}
#else
WR_COLD _Noreturn void wr_chan_not_alive(const weir_chan *ch);

static inline void
chan_check(const weir_chan *ch)
{
    if (wr_unlikely(ch != NULL && ch->magic != CHAN_ALIVE))
        wr_chan_not_alive(ch);
}
#endif

/* A message, from or to a party's memory or a slot. */
static inline void
chan_copy(const weir_chan *ch, void *to, const void *from)
{
    if (wr_likely(ch->elem_bytes == 8))
        weir_copy(to, from, 8);
    else if (ch->elem_bytes == 4)
        weir_copy(to, from, 4);
    else if (ch->elem_bytes > 0) /* else both may be NULL */
        weir_copy(to, from, ch->elem_bytes);
}

/* Does anybody wait, or watch, for the next move of this word?  Holds: lock. */
static inline bool
chan_is_awaited(const weir_chan *ch, const struct chan_side *side)
{
    const bool sends = side == &ch->send;

    if (!wr_list_is_empty(sends ? &ch->receivers : &ch->senders))
        return true;
    return ch->watch != NULL &&
           !wr_list_is_empty(
               &ch->watch->armed[sends ? WEIR_CASE_RECV : WEIR_CASE_SEND]);
}

/* The flag of a word again as its list and its watchers say.  Holds: lock.  A
 * word without SLOW is left alone: others move it. */
static inline void
chan_thaw(weir_chan *ch, struct chan_side *side)
{
    const uint64_t word = weir_load_rlx(&side->word);

    if ((word & CHAN_SLOW) && !chan_is_awaited(ch, side))
        /* order(ring.claim) REL: what was done under the lock is before the
         * next weir_ring_claim() of this word. */
        weir_store_rel(&side->word, word & ~CHAN_SLOW);
}

/* The channel has become ready for `op`: as wr_watch_fire().  Holds: lock. */
static inline struct wr_node *
chan_fire(weir_chan *ch, int op, struct wr_node *woken)
{
    if (wr_likely(ch->watch == NULL))
        return woken;
    return wr_watch_fire(ch->watch, op, woken);
}

/* Grant those who were served or woken, after the unlock; NULL: nobody.  Last
 * touch: theirs. */
static inline void
chan_grant(struct wr_node *served)
{
    if (served != NULL)
        wr_waiter_grant_all(&served->link, WEIR_OK);
}

/* The stamp `want` is not there: what that means to a receive.  WEIR_AGAIN:
 * exactly empty; WEIR_CLOSED; CHAN_RETRY: its message is being published. */
static inline int
chan_recv_missed(weir_chan *ch, uint64_t want)
{
    const uint64_t t = weir_ring_load_opposite(&ch->send.word);

    if ((t & ~WEIR_RING_FLAGS) != (want ^ WEIR_RING_FULL))
        return CHAN_RETRY;
    return t & CHAN_CLOSED ? WEIR_CLOSED : WEIR_AGAIN;
}

/* What a call comes to that may not wait: as it was `tried`, or the status of
 * its limit, or (WEIR_OK: the limit was not it) no memory for a wait. */
static inline int
chan_unable(int tried, int limit_status)
{
    if (tried != WEIR_AGAIN)
        return tried;
    return limit_status == WEIR_OK ? WEIR_NOMEM : limit_status;
}

/* Where a party that may park keeps its message: a small one in its waiter, on
 * the line that its counterpart takes anyway. */
static inline bool
chan_is_small(const weir_chan *ch)
{
    return ch->elem_bytes <= WR_SMALL_BYTES;
}

static inline void
chan_offer(const weir_chan *ch, struct wr_waiter *w, const void *msg)
{
    w->node.msg = (void *)(uintptr_t)msg; /* only read */
    if (chan_is_small(ch)) {
        w->node.msg = w->small;
        chan_copy(ch, w->small, msg);
    }
}

static inline void
chan_accept(const weir_chan *ch, struct wr_waiter *w, void *msg)
{
    w->node.msg = chan_is_small(ch) ? w->small : msg;
}

/* The two index words at one instant, without flags. */
void wr_chan_words(weir_chan *ch, uint64_t *h, uint64_t *t);

/* Park w, which is enrolled among the senders or the receivers, and give it
 * back.  The status of the wait. */
int wr_chan_park_sender(weir_chan *ch, struct wr_waiter *w, weir_limit limit,
                        bool poll);
int wr_chan_park_receiver(weir_chan *ch, struct wr_waiter *w, void *msg,
                          weir_limit limit, bool poll);

/* Wait until the stamp of a slot has reached `want` or passed it, and then look
 * at the word again.  spin, yield: for a while only, if that has paid lately;
 * true: it has.  await: for a party that has claimed the slot's ticket and has
 * not published yet; it is running, or runnable. */
bool wr_slot_spin(weir_chan *ch, struct chan_side *side, char *slot,
                  uint64_t want);
bool wr_slot_yield(struct chan_side *side, char *slot, uint64_t want);
void wr_slot_await(char *slot, uint64_t want);

/* The flavours' slow paths: after one look has failed. */
int wr_bounded_send(weir_chan *ch, const void *msg, weir_limit limit);
int wr_bounded_try_send(weir_chan *ch, const void *msg);
int wr_bounded_recv(weir_chan *ch, void *msg, weir_limit limit);
int wr_bounded_try_recv(weir_chan *ch, void *msg);

/* A message that gives way to another. */
struct chan_displaced {
    void *to;      /* where it is copied to; NULL: nowhere */
    bool done;     /* there was one */
    char *slot;    /* after CHAN_RETRY: what to wait for, by */
    uint64_t want; /* wr_slot_await() */
};

/* Send to a ring that seems to be full: its oldest message gives way.
 * CHAN_RETRY: it is not full, or that message is not stored yet. */
int wr_bounded_displace(weir_chan *ch, const void *msg,
                        struct chan_displaced *d);

/* Sends to a channel that drops: never WEIR_AGAIN. */
int wr_drop_send(weir_chan *ch, const void *msg);
int wr_drop_look_send(weir_chan *ch, const void *msg);

int wr_rendezvous_send(weir_chan *ch, const void *msg, weir_limit limit);
int wr_rendezvous_try_send(weir_chan *ch, const void *msg);
int wr_rendezvous_recv(weir_chan *ch, void *msg, weir_limit limit);
int wr_rendezvous_try_recv(weir_chan *ch, void *msg);

int wr_unbounded_send(weir_chan *ch, const void *msg, weir_limit limit);
int wr_unbounded_try_send(weir_chan *ch, const void *msg);
int wr_unbounded_recv(weir_chan *ch, void *msg, weir_limit limit);
int wr_unbounded_try_recv(weir_chan *ch, void *msg);
/* As many as can be moved now. */
size_t wr_unbounded_send_n(weir_chan *ch, const void *msgs, size_t n);
size_t wr_unbounded_recv_n(weir_chan *ch, void *msgs, size_t n);

/*
 * For select, whose cases are one of several.
 *
 * look      as the try_ forms, but CHAN_RETRY instead of a wait for a ticket
 *           that is claimed and not yet stored
 * enrol     without claiming anybody: CHAN_PARKED; CHAN_RETRY: ready, or about
 *           to be; WEIR_CLOSED.  Holds: lock
 * evidence  a word that moves before the operation becomes ready
 */
int wr_chan_look_send(weir_chan *ch, const void *msg);
int wr_chan_look_recv(weir_chan *ch, void *msg);
int wr_chan_enrol_sender(weir_chan *ch, struct wr_node *node);
int wr_chan_enrol_receiver(weir_chan *ch, struct wr_node *node);
uint64_t wr_chan_send_evidence(weir_chan *ch);
uint64_t wr_chan_recv_evidence(weir_chan *ch);

/* Their parts in the flavours.  watch: freeze what stands still while a watcher
 * of `op` is armed; false: ready.  Holds: lock. */
bool wr_bounded_watch(weir_chan *ch, int op);
bool wr_rendezvous_watch(weir_chan *ch, int op);
int wr_bounded_look_send(weir_chan *ch, const void *msg);
int wr_bounded_look_recv(weir_chan *ch, void *msg);
int wr_bounded_enrol_sender(weir_chan *ch, struct wr_node *node);
int wr_bounded_enrol_receiver(weir_chan *ch, struct wr_node *node);
int wr_rendezvous_enrol_sender(weir_chan *ch, struct wr_node *node);
int wr_rendezvous_enrol_receiver(weir_chan *ch, struct wr_node *node);
uint64_t wr_rendezvous_evidence(weir_chan *ch);
bool wr_rendezvous_send_hint(weir_chan *ch);
bool wr_rendezvous_recv_hint(weir_chan *ch);
/* Its parties enrol, and are watched for, as those of a ring: the words alone
 * say empty and full. */
int wr_unbounded_look_send(weir_chan *ch, const void *msg);
int wr_unbounded_look_recv(weir_chan *ch, void *msg);
bool wr_unbounded_send_hint(weir_chan *ch);
bool wr_unbounded_recv_hint(weir_chan *ch);

#endif
