/* SPDX-License-Identifier: MIT */
/* park/waiter.c - waiting, claiming, granting; see park/waiter.h. */
#include "park/waiter.h"
#include "park/cancel.h"
#include "park/policy.h"
#include "park/pool.h"
#include "park/thread.h"

/* Who are woken one by the other, of many at once: each takes microseconds, and
 * the last waits for all. */
#define CHAIN_MAX 32

static int
futex_park(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns)
{
    return wr_sys_futex_wait(&w->word, seen, deadline_ns);
}

static void
futex_unpark(struct wr_waiter *w)
{
    wr_sys_futex_wake(&w->word, 1);
}

static const struct wr_parker thread_parker = { futex_park, futex_unpark,
                                                true };

static uint32_t
word_of(enum wr_state state, int status)
{
    return (uint32_t)state | (uint32_t)-status << WAITER_STATUS_SHIFT;
}

static int
status_of(uint32_t word)
{
    return -(int)(word >> WAITER_STATUS_SHIFT);
}

void
wr_waiter_arm(struct wr_waiter *w)
{
    const struct wr_parker *parker = wr_sys_self()->parker;
    const uint64_t number = (weir_load_rlx(&w->chain) >> 32) + 1;

    if (parker == NULL)
        parker = &thread_parker;
    if (w->parker != parker) /* completers keep a copy of this line */
        w->parker = parker;
    /* relaxed: the release of the list lock publishes both. */
    w->node.behind = 0;
    weir_store_rlx(&w->chain, number << 32 | WR_LINK_EMPTY);
    weir_store_rlx(&w->word, WAITER_WAITING);
}

/* w is claimed by this branch: take the others out of the same object. */
static void
win_branch(struct wr_waiter *w, struct wr_node *node)
{
    struct wr_branch *won = wr_container_of(node, struct wr_branch, node);

    w->won = won; /* DONE carries it to the party */
    for (struct wr_branch *b = won->same; b != won; b = b->same)
        if (wr_link_is_linked(&b->node.link))
            wr_list_unlink(b->list, &b->node.link);
}

/* The party of this node, which is in no list any more, is awake and waits here
 * only: it has the message, and is done.  False: it waits on, or has left. */
static bool
hand_over(struct wr_node *node, struct wr_hand *hand)
{
    struct wr_waiter *w = wr_container_of(node, struct wr_waiter, node);
    uint32_t word = WAITER_WAITING;
    uint64_t small = hand->small;

    if (node->behind == WR_BRANCH || weir_load_rlx(&w->word) != word)
        return false;
    if (hand->gives)
        weir_copy(w->small, &small, WR_SMALL_BYTES);
    else
        weir_copy(&small, w->small, WR_SMALL_BYTES);
    node->behind = hand->from != NULL ? hand->from->id : 0;
    /* order(waiter.done) REL: the message is in place, or taken, before the
     * party sees DONE in wait_end().  Last touch. */
    if (!weir_cas_rel(&w->word, &word, word_of(WAITER_DONE, WEIR_OK)))
        return false;
    hand->small = small;
    hand->done = true;
    return true;
}

struct wr_node *
wr_waiter_serve_first(struct wr_list *list, wr_behind *behind,
                      struct wr_hand *hand)
{
    while (!wr_list_is_empty(list)) {
        struct wr_node *node =
            wr_container_of(list->head, struct wr_node, link);
        struct wr_waiter *w;
        uint32_t word;

        /* Most are on the line of their waiter: not to be fetched twice. */
        weir_cpu_prefetch_write(node);
        w = node->waiter;
        wr_list_unlink(list, &node->link);
        if (hand != NULL && hand_over(node, hand))
            return NULL;
        word = weir_load_rlx(&w->word);
        while ((word & WAITER_STATE) == WAITER_WAITING) {
            const uint32_t asleep = word & WAITER_ASLEEP;

            /* relaxed: one word decides against leave(); the list lock orders
             * what the party did before it enrolled, DONE what we do. */
            if (!weir_cas_rlx(&w->word, &word, WAITER_CLAIMED | asleep))
                continue;
            if (node->behind == WR_BRANCH)
                win_branch(w, node);
            node->behind = *behind;
            if (asleep && w->parker->chained)
                /* relaxed: nobody moves the chain of a claimed waiter that
                 * has not been remembered. */
                *behind = weir_load_rlx(&w->chain) | w->id;
            return node;
        }
    }
    return NULL;
}

struct wr_node *
wr_waiter_claim_first(struct wr_list *list, wr_behind *behind)
{
    return wr_waiter_serve_first(list, behind, NULL);
}

void
wr_waiter_fetch_partner(struct wr_waiter *w)
{
    const uint32_t id = (uint32_t)w->node.behind;

    if (id == 0)
        return;
    w->node.behind = 0;
    weir_cpu_prefetch_write(wr_pool_find(id));
}

struct wr_link *
wr_waiter_claim_all(struct wr_list *list, uint32_t *count)
{
    wr_behind behind = 0;
    struct wr_link *first = NULL;
    struct wr_link **end = &first;
    struct wr_node *node;

    *count = 0;
    while ((node = wr_waiter_claim_first(list, &behind)) != NULL) {
        *end = &node->link;
        end = &node->link.next;
        if (++*count % CHAIN_MAX == 0)
            behind = 0;
    }
    *end = NULL;
    return first;
}

/* Hang w on the chain of a waiter that will wake; false: it is too late. */
static bool
hang(struct wr_waiter *w, wr_behind behind)
{
    struct wr_waiter *sleeper = wr_pool_find((uint32_t)behind);
    uint64_t chain = behind >> 32 << 32 | WR_LINK_EMPTY;

    /* order(waiter.chain) REL: DONE is before the take in take_chain(), so
     * that the wake that it sends finds w done. */
    return weir_cas_rel(&sleeper->chain, &chain, chain | w->id);
}

void
wr_waiter_grant(struct wr_node *node, int status)
{
    /* All that is needed, before the exchange lets the party go. */
    struct wr_waiter *w = node->waiter;
    const struct wr_parker *parker = w->parker;
    const wr_behind behind = node->behind;

    node->behind = 0;
    /* order(waiter.done) REL: the message is in place before the party sees
     * DONE in wait_end().  An exchange: ASLEEP is seen if it was set before. */
    if (!(weir_xchg_rel(&w->word, word_of(WAITER_DONE, status)) &
          WAITER_ASLEEP))
        return;
    if (behind == 0 || !parker->chained || !hang(w, behind))
        parker->unpark(w);
}

void
wr_waiter_grant_all(struct wr_link *claimed, int status)
{
    while (claimed != NULL) {
        struct wr_node *node = wr_container_of(claimed, struct wr_node, link);

        claimed = claimed->next; /* before the grant: it frees the node */
        node->link.next = NULL;
        wr_waiter_grant(node, status);
    }
}

/* The party behind in the chain is ours to wake, now or never. */
static void
take_chain(struct wr_waiter *w)
{
    /* relaxed: only this thread moves the number. */
    const uint64_t number = weir_load_rlx(&w->chain) >> 32 << 32;
    /* order(waiter.chain) ACQ: see hang(). */
    const uint64_t chain = weir_xchg_acq(&w->chain, number | WR_LINK_TAKEN);
    const uint32_t id = (uint32_t)chain;

    /* By our own parker: the other party, of the same kind, is done, and may
     * be writing its next wait into that waiter. */
    if (id >= WR_LINK_FIRST_ID)
        w->parker->unpark(wr_pool_find(id));
}

bool
wr_waiter_any(struct wr_list *list, const struct wr_waiter *w)
{
    struct wr_link *link = list->head;

    while (link != NULL) {
        struct wr_node *node = wr_container_of(link, struct wr_node, link);
        struct wr_link *next = link->next == link ? NULL : link->next;

        /* relaxed: a claim would decide; this only looks. */
        if ((weir_load_rlx(&node->waiter->word) & WAITER_STATE) !=
            WAITER_WAITING)
            wr_list_unlink(list, link);
        else if (node->waiter != w)
            return true;
        link = next;
    }
    return false;
}

bool
wr_waiter_leave(struct wr_waiter *w, int status)
{
    uint32_t word = weir_load_rlx(&w->word);

    while ((word & WAITER_STATE) == WAITER_WAITING)
        /* relaxed: one word decides against wr_waiter_claim_first(); what a
         * canceller did is ordered by its source's lock. */
        if (weir_cas_rlx(&w->word, &word, word_of(WAITER_LEFT, status)))
            return true;
    return false;
}

void
wr_waiter_expel(struct wr_waiter *w, int status)
{
    /* The party cannot pass the cancel source's lock, which we hold, so it is
     * still this wait that is woken. */
    if (wr_waiter_leave(w, status))
        w->parker->unpark(w);
}

static bool
has_ended(uint32_t word)
{
    return (word & WAITER_STATE) >= WAITER_LEFT;
}

/* Look before sleeping: a counterpart that is awake comes soon.  True: it did.
 */
static bool
poll_word(struct wr_waiter *w)
{
    struct wr_spin spin = wr_spin_for_party();

    do {
        if (has_ended(weir_load_rlx(&w->word)))
            return true;
    } while (wr_spin_more(&spin));
    return wr_yield_for_party() && has_ended(weir_load_rlx(&w->word));
}

/* The word of the wait once it is DONE or LEFT. */
static uint32_t
wait_end(struct wr_waiter *w, int64_t deadline_ns)
{
    bool polled = false;

    for (;;) {
        /* order(waiter.done) ACQ: the message, see wr_waiter_grant(). */
        uint32_t word = weir_load_acq(&w->word);
        const bool claimed = (word & WAITER_STATE) == WAITER_CLAIMED;

        if (has_ended(word))
            return word;
        if (claimed && !polled) {
            polled = true; /* its completer is a few instructions from DONE */
            (void)poll_word(w);
            continue;
        }
        if (!(word & WAITER_ASLEEP)) {
            /* relaxed: the granter's exchange sees the bit or comes first,
             * and then the swap fails. */
            if (!weir_cas_rlx(&w->word, &word, word | WAITER_ASLEEP))
                continue;
            word |= WAITER_ASLEEP;
        }
        /* Once claimed the time-out is void: DONE will come. */
        if (w->parker->park(w, word, claimed ? WR_NEVER : deadline_ns) ==
            WEIR_TIMEOUT)
            (void)wr_waiter_leave(w, WEIR_TIMEOUT);
    }
}

static uint32_t
sleep_out(struct wr_waiter *w, int64_t deadline_ns)
{
    struct wr_thread *self = wr_sys_self();
    uint64_t start;
    uint32_t word;

    if (self->hold_ops != NULL) /* a hold does not sleep in a thread's slot */
        self->hold_ops->before_park(self);
    start = wr_sys_cycles();
    word = wait_end(w, deadline_ns);
    wr_sys_self()->brief =
        wr_sys_cycles() - start < wr_sys_cycles_of_ns(WR_BRIEF_NS);
    return word;
}

int
wr_waiter_wait(struct wr_waiter *w, weir_limit limit, bool poll, bool *left)
{
    uint32_t word;

    if (limit.cancel != NULL) {
        const int fired = wr_cancel_enrol(limit.cancel, w);

        if (fired != WEIR_OK)
            (void)wr_waiter_leave(w, fired);
    }
    if (poll && poll_word(w)) {
        word = wait_end(w, limit.at_ns); /* at once */
        wr_sys_self()->brief = true;
    } else {
        word = sleep_out(w, limit.at_ns);
    }
    *left = (word & WAITER_STATE) == WAITER_LEFT;
    if (!*left)
        take_chain(w);
    if (limit.cancel != NULL)
        wr_cancel_withdraw(limit.cancel, w);
    return status_of(word);
}
