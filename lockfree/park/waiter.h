/* SPDX-License-Identifier: MIT */
/*
 * park/waiter.h - one blocked party, whoever it is, and who completes it.
 *
 * State of a waiter (the word that its party sleeps on)
 *
 *     IDLE     nobody waits with it
 *     WAITING  enrolled; whoever swaps this away decides how the wait ends
 *     CLAIMED  somebody will complete it: message and status follow
 *     LEFT     time-out or cancel came first; its party withdraws by itself
 *     DONE     completed; the status stands in the word
 *
 *     ASLEEP   (bit) its party sleeps, or is about to; a wake is needed
 *
 * Transitions
 *     party      IDLE -> WAITING    under the list lock, when it enrols
 *     claimer    WAITING -> CLAIMED under the list lock
 *     claimer    CLAIMED -> DONE    after the unlock      [waiter.done]
 *     completer  WAITING -> DONE    under the list lock   [waiter.done]
 *     party      WAITING -> LEFT    deadline; canceller: cancel
 *     party      + ASLEEP           before it sleeps, in WAITING or CLAIMED
 *
 * Invariants
 *     W1  exactly one of {claim, hand-over, leave} succeeds per enrolment
 *     W2  a party returns only in DONE or LEFT, so a claimed waiter's message
 *         buffer stays alive until DONE
 *     W3  DONE is stored before a waiter is hung on another's chain
 *
 * Hand-over: a party that is awake, and waits on one object only, is completed
 * under the lock by one swap of its line, with nobody to wake.
 *
 *     completer, lock held                   party
 *     --------------------                   -----
 *     small <- message, or it <- small       word: + ASLEEP, or -> LEFT
 *     word: WAITING -> DONE
 *          <-- waiter.done, one word -->
 *
 *   The party first: the swap fails, and the completer claims it, or drops it,
 *   as ever.  What it wrote into `small` nobody reads: a claim is followed by
 *   the message again, and who has left takes the list's lock, to withdraw,
 *   before its waiter serves another wait.
 *
 * Chained wakes: a burst of completions costs the completer one wake.
 * A waiter has a chain word {wait number, link}; the number moves at every
 * enrolment and belongs to the memory, which is never unmapped.  Under the
 * list lock the completer remembers the last waiter claimed while asleep
 * (wr_behind); after W3 it hangs the next one on that waiter's chain
 * instead of waking it, and the woken party wakes whom it finds there.
 *
 *     completer of B, with A remembered      party of A
 *     ---------------------------------      ----------
 *     B.word: -> DONE|ASLEEP                 (wakes; sees DONE)
 *     A.chain: {n, empty} -> {n, B} (A)      A.chain: -> {n, taken} (B)
 *          <-- waiter.chain -->
 *
 *   (A) first: the exchange (B) finds B and wakes it.  (B) first, or A waits
 *   again (the number moved): the swap (A) fails and the completer wakes B.
 *   That also holds when A woke by its own deadline, claimed already: every
 *   completed wait takes its chain.  A waiter that has LEFT was never claimed,
 *   so nobody remembers it.
 *
 * Last touch: after the exchange to DONE the party may be gone and its
 * memory be waiting again, for someone else; only its chain (guarded by the
 * number) and its address (for a wake) may still be used.
 *
 * Limits   2^32 waits of one waiter between remembering and hanging alias.
 * Source   strict-order channel notes; the wake chain resembles the hand-off
 *          of MCS locks (Mellor-Crummey and Scott, 1991).
 */
#ifndef WR_PARK_WAITER_H
#define WR_PARK_WAITER_H

#include "park/list.h"
#include "park/sys.h"

enum wr_state {
    WAITER_IDLE = 0,
    WAITER_WAITING = 1,
    WAITER_CLAIMED = 2,
    WAITER_LEFT = 3,
    WAITER_DONE = 4,
    WAITER_STATE = 7, /* mask */
    WAITER_ASLEEP = 8,
    WAITER_STATUS_SHIFT = 8 /* the status, negated, in the upper bits */
};

enum { WR_LINK_EMPTY = 0, WR_LINK_TAKEN = 1, WR_LINK_FIRST_ID = 2 };

struct wr_waiter;

/* How a kind of party sleeps.  park returns when it was unparked, when
 * w->word differs from `seen`, or for no reason (0), or WEIR_TIMEOUT.  unpark
 * may be called from a signal handler (that sets an event). */
struct wr_parker {
    int (*park)(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns);
    void (*unpark)(struct wr_waiter *w);
    bool chained; /* parties of this kind may hang on each other's chain */
};

/* The last waiter that was claimed while asleep, and in which of its waits:
 * wait number << 32 | id; 0: nobody.  Under a list's lock. */
typedef uint64_t wr_behind;

/* One enrolment in one list. */
struct wr_node {
    struct wr_link link;      /* under the list's lock */
    struct wr_waiter *waiter; /* set before enrolling */
    void *msg;                /* where the message goes to or comes from */
    wr_behind behind;         /* its completer's, between claim and grant;
                               * before: 0, or WR_BRANCH; after: 0, or the id
                               * of the waiter of who handed over */
};

/* One of several enrolments of one waiter (a select).  Those on one object form
 * a ring, so that the one who claims the waiter by one of them takes the others
 * out of that object's lists: the party never touches it again. */
struct wr_branch {
    struct wr_node node;
    struct wr_branch *same; /* the next one on this object, around */
    struct wr_list *list;   /* where it is enrolled */
};

#define WR_BRANCH ((wr_behind)1) /* no waiter has this id */

#define WR_SMALL_BYTES 8

/* What a completer writes is one line, a small message included. */
struct wr_waiter {
    WEIR_ATOMIC(uint32_t) word;
    uint32_t id;                         /* set once */
    WEIR_ATOMIC(uint64_t) chain;         /* wait number << 32 | link */
    struct wr_node node;                 /* for a wait on one object */
    unsigned char small[WR_SMALL_BYTES]; /* node.msg may point here */

    struct wr_link cancel_link; /* under the cancel source's lock */
    const struct wr_parker *parker;
    struct wr_branch *won; /* by which it was claimed, if by a branch */
    WEIR_ATOMIC(uint32_t) next_free; /* id; in the pool only */
} WR_ALIGNED(WEIR_SEPARATION);

WR_STATIC_ASSERT(offsetof(struct wr_waiter, cancel_link) == WEIR_CACHE_LINE,
                 "what a completer writes is one line");

/* A waiter for the calling party.  NULL: out of memory. */
struct wr_waiter *wr_waiter_get(void);
void wr_waiter_put(struct wr_waiter *w);

/* In the child of a fork: the parent's other threads are gone. */
void wr_waiter_after_fork(void);

/* Make w ready to be enrolled.  Holds: the lock of the list. */
void wr_waiter_arm(struct wr_waiter *w);

/* Claim the first waiter of `list` that still waits, unlinking it and those
 * that do not; the caller must grant it.  Holds: the list's lock.  NULL: nobody
 * waits. */
struct wr_node *wr_waiter_claim_first(struct wr_list *list, wr_behind *behind);

/* A small message that changes hands under the lock. */
struct wr_hand {
    uint64_t small;               /* WR_SMALL_BYTES */
    bool gives;                   /* the completer does, else it takes */
    bool done;                    /* out: it has changed hands */
    const struct wr_waiter *from; /* the completer's own, or NULL */
};

/* As wr_waiter_claim_first(), but one that is awake gets (or gives) the message
 * at once: NULL, hand->done, and its party may be gone. */
struct wr_node *wr_waiter_serve_first(struct wr_list *list, wr_behind *behind,
                                      struct wr_hand *hand);

/* Fetch the waiter of who ended w's last wait by a hand-over: it has probably
 * begun to wait itself, and its line comes along with that of the list. */
void wr_waiter_fetch_partner(struct wr_waiter *w);

/* Claim everybody in the list, in order: linked through their nodes' link.next,
 * NULL at the end.  Holds: its lock. */
struct wr_link *wr_waiter_claim_all(struct wr_list *list, uint32_t *count);

/* Complete a claimed waiter.  Without any lock.  Last touch: all of it. */
void wr_waiter_grant(struct wr_node *node, int status);
/* The same for all that are linked through link.next; NULL: nobody. */
void wr_waiter_grant_all(struct wr_link *claimed, int status);

/* End one's own wait with `status`: true, and w must be withdrawn; false: it
 * has been claimed, or has ended already, so wr_waiter_wait() is due. */
bool wr_waiter_leave(struct wr_waiter *w, int status);

/* Is anybody in `list` still waiting, w apart?  Drops those that are not.
 * Holds: the list's lock. */
bool wr_waiter_any(struct wr_list *list, const struct wr_waiter *w);

/* End w's wait with `status` and wake it, unless somebody has claimed it. */
void wr_waiter_expel(struct wr_waiter *w, int status);

/* Sleep until the wait ends; w is enrolled.  poll: look for a while before.
 * *left: this party ended it itself (or a cancel did) and must withdraw w from
 * its list; otherwise it may not touch the list's object any more.
 * Returns the status of the wait. */
int wr_waiter_wait(struct wr_waiter *w, weir_limit limit, bool poll,
                   bool *left);

#endif
