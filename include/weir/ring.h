/* SPDX-License-Identifier: MIT */
/*
 * weir/ring.h - the stamped-slot ring under weir's MPMC ring and channels.
 *
 * Two index words and an array of slots; each slot has a stamp beside its
 * element.  A party claims a ticket by one compare-and-swap on its index word
 * and publishes by one store to the stamp.
 *
 * State
 *   word    a ticket: number of the lap * weir_ring_lap() + position *
 *           WEIR_RING_STEP; low bits are flags that a channel uses (0 in a
 *           raw ring), chosen so that a flagged word equals no stamp
 *   stamp   ticket t: the slot waits for the sender of t
 *           t | WEIR_RING_FULL: it holds the element of t
 *
 * Invariants
 *   R1  A slot's stamp only grows: t, t|FULL, t + one lap, ...
 *   R2  The sender of t alone moves the stamp from t to t|FULL, the receiver
 *       of t alone from t|FULL to t + one lap.
 *   R3  receive word <= send word <= receive word + one lap.
 *
 * Progress: not lock-free.  A thread that stops between its claim and its
 * stamp keeps the parties of later laps of that slot waiting.
 *
 * Exactness: "full" (send word one lap ahead) and "empty" (words equal) are
 * decided by one look at each index, own word first; the opposite one, read
 * second, may have moved on meanwhile, which a signed difference allows for.
 *
 * Limits   capacity 1 to WEIR_RING_CAPACITY_MAX, any value: positions wrap
 *          by lap, so that the index needs no division.  61 bits of ticket.
 * Source   D. Vyukov, "Bounded MPMC queue" (2010); the lap in the index word
 *          after crossbeam's ArrayQueue (MIT/Apache), with exact full/empty.
 */
#ifndef WEIR_RING_H
#define WEIR_RING_H

#include <weir/atomic.h>
#include <weir/backoff.h>
#include <weir/cpu.h>

#define WEIR_RING_STEP ((uint64_t)8)
#define WEIR_RING_FLAGS ((uint64_t)6) /* of a word: two, for channels */
#define WEIR_RING_FULL ((uint64_t)1)  /* of a stamp */
#define WEIR_RING_CAPACITY_MAX ((uint64_t)1 << 40)

/* An index word, and what its side last missed; other cores write the next one.
 */
typedef struct weir_ring_word {
    WEIR_ATOMIC(uint64_t) word;
    WEIR_ATOMIC(uint64_t) missed; /* see weir_ring_rest() */
} __attribute__((aligned(WEIR_SEPARATION))) weir_ring_word;

/** The shape of a ring; constant once made. */
typedef struct weir_ring_shape {
    uint64_t capacity;
    uint64_t mask;  /**< of a ticket: its position, in steps */
    uint64_t scale; /**< bytes from slot to slot, by WEIR_RING_STEP */
} weir_ring_shape;

/* Bytes of a slot, and its alignment: small slots share a line, 8-byte
 * elements by four; a larger one starts on a line of its own. */
#define WEIR_RING_SLOT_ALIGN(elem_bytes)                                       \
    ((elem_bytes) <= 8 ? 16 : (elem_bytes) <= 24 ? 32 : 64)
#define WEIR_RING_STRIDE(elem_bytes)                                           \
    ((8 + (elem_bytes) + WEIR_RING_SLOT_ALIGN(elem_bytes) - 1) /               \
     WEIR_RING_SLOT_ALIGN(elem_bytes) * WEIR_RING_SLOT_ALIGN(elem_bytes))

/* A lap: a power of two >= capacity, in steps. */
static inline uint64_t
weir_ring_lap_of(uint64_t capacity)
{
    /* Without a loop: a constant where capacity is one. */
    return capacity <= 1
               ? WEIR_RING_STEP
               : WEIR_RING_STEP << (64 - __builtin_clzll(capacity - 1));
}

/* stride_bytes: from slot to slot, a multiple of WEIR_RING_STEP. */
static inline weir_ring_shape
weir_ring_shape_of(uint64_t capacity, uint64_t stride_bytes)
{
    const weir_ring_shape shape = { capacity,
                                    weir_ring_lap_of(capacity) - WEIR_RING_STEP,
                                    stride_bytes / WEIR_RING_STEP };

    return shape;
}

static inline uint64_t
weir_ring_lap(weir_ring_shape shape)
{
    return shape.mask + WEIR_RING_STEP;
}

static inline uint64_t
weir_ring_stride(weir_ring_shape shape)
{
    return shape.scale * WEIR_RING_STEP;
}

static inline uint64_t
weir_ring_position(weir_ring_shape shape, uint64_t ticket)
{
    return (ticket & shape.mask) / WEIR_RING_STEP;
}

/* The first ticket of the next lap. */
static inline uint64_t
weir_ring_next_lap(weir_ring_shape shape, uint64_t ticket)
{
    return (ticket | (weir_ring_lap(shape) - 1)) + 1;
}

static inline uint64_t
weir_ring_next(weir_ring_shape shape, uint64_t ticket)
{
    /* A raw ring of a power of two: nothing to skip. */
    if (__builtin_constant_p(shape.mask) &&
        weir_ring_lap(shape) == shape.capacity * WEIR_RING_STEP)
        return ticket + WEIR_RING_STEP;
    if (weir_ring_position(shape, ticket) + 1 < shape.capacity)
        return ticket + WEIR_RING_STEP;
    return weir_ring_next_lap(shape, ticket);
}

/* The number of tickets from `from` to `to`, which is not before it. */
static inline uint64_t
weir_ring_distance(weir_ring_shape shape, uint64_t from, uint64_t to)
{
    const uint64_t lap = weir_ring_lap(shape);
    const uint64_t laps = (to & ~(lap - 1)) - (from & ~(lap - 1));

    return laps / lap * shape.capacity + weir_ring_position(shape, to) -
           weir_ring_position(shape, from);
}

/* The send word `t`, read before the receive word `h`: nothing is free. */
static inline bool
weir_ring_is_full(weir_ring_shape shape, uint64_t t, uint64_t h)
{
    return (int64_t)((t & ~WEIR_RING_FLAGS) - (h & ~WEIR_RING_FLAGS)) >=
           (int64_t)weir_ring_lap(shape);
}

static inline char *
weir_ring_slot(weir_ring_shape shape, void *slots, uint64_t ticket)
{
    return (char *)slots + (ticket & shape.mask) * shape.scale;
}

static inline WEIR_ATOMIC(uint64_t) *
weir_ring_stamp(char *slot)
{
    return (WEIR_ATOMIC(uint64_t) *)(void *)slot;
}

/* Slots of an empty ring.  Before anybody else can reach it. */
static inline void
weir_ring_init_slots(weir_ring_shape shape, void *slots)
{
    for (uint64_t i = 0; i < shape.capacity; i++)
        weir_store_rlx(
            weir_ring_stamp((char *)slots + i * weir_ring_stride(shape)),
            i * WEIR_RING_STEP);
}

/*
 * Claim the ticket *ticket of `word`, whose slot must bear the stamp
 * *ticket | full.  On entry *ticket is the word as the caller read it, without
 * flags.  NULL: another party was faster; *ticket is the word read anew.
 */
static inline bool
weir_ring_claim(weir_ring_shape shape, WEIR_ATOMIC(uint64_t) *word,
                uint64_t *ticket)
{
    /* order(ring.claim) REL+ACQ: who reads the index that we leave, in
     * weir_ring_load_word(), reads all that we read before.
     * order(ring.exact) SC: before a later look at the opposite index, see
     * weir_ring_load_opposite(). */
    return weir_cas_sc(word, ticket, weir_ring_next(shape, *ticket));
}

static inline uint64_t
weir_ring_load_stamp(char *slot)
{
    /* order(ring.stamp) ACQ: the element, or that it has been read; see
     * weir_ring_publish(). */
    return weir_load_acq(weir_ring_stamp(slot));
}

/* The last touch of a ticket. */
static inline void
weir_ring_publish(char *slot, uint64_t stamp)
{
    /* order(ring.stamp) REL: the element is written (or read) before the
     * next party of this slot sees the stamp in weir_ring_load_stamp(). */
    weir_store_rel(weir_ring_stamp(slot), stamp);
}

/* The stamp of a slot whose ticket is the caller's: nobody else moves it. */
static inline uint64_t
weir_ring_own_stamp(char *slot)
{
    return weir_load_rlx(weir_ring_stamp(slot));
}

static inline uint64_t
weir_ring_load_word(WEIR_ATOMIC(uint64_t) *word)
{
    /* order(ring.claim) ACQ: what the claimers before us had read; see
     * weir_ring_claim(). */
    return weir_load_acq(word);
}

/* The opposite index, for an exact answer.  A sender that claims and then says
 * "full" and a receiver that claims and then says "empty" must not both miss
 * the other's claim:
 *
 *     sender                              receiver
 *     ------                              --------
 *     CAS send word      <-- ring.exact --> CAS receive word
 *     load receive word                   load send word
 */
static inline uint64_t
weir_ring_load_opposite(WEIR_ATOMIC(uint64_t) *word)
{
    /* order(ring.exact) SC: after an earlier claim, see weir_ring_claim(). */
    return weir_load_sc(word);
}

/*
 * Claim the next ticket of `own` for a raw ring, if its slot is ready (full:
 * WEIR_RING_FULL for a receiver, 0 for a sender).  NULL: not ready at one
 * instant; *ticket is the ticket that was not.
 */
static inline char *
weir_ring_take(weir_ring_shape shape, void *slots, WEIR_ATOMIC(uint64_t) *own,
               uint64_t full, uint64_t *ticket)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;

    *ticket = weir_ring_load_word(own);
    for (;;) {
        char *slot = weir_ring_slot(shape, slots, *ticket);
        const uint64_t stamp = weir_ring_load_stamp(slot);

        if (stamp == (*ticket | full)) {
            if (weir_ring_claim(shape, own, ticket))
                return slot;
            weir_backoff_pause(&backoff);
        } else if ((int64_t)(stamp - (*ticket | full)) < 0) {
            return NULL;
        } else {
            /* Another party took this ticket after we read the word. */
            *ticket = weir_ring_load_word(own);
        }
    }
}

/* Is the ring exactly full, or (full set) empty, for who did not get *ticket?
 */
static inline bool
weir_ring_is_over(weir_ring_shape shape, WEIR_ATOMIC(uint64_t) *opposite,
                  uint64_t full, uint64_t ticket)
{
    const uint64_t other = weir_ring_load_opposite(opposite);

    return full != 0 ? ticket == other
                     : weir_ring_is_full(shape, ticket, other);
}

#define WEIR_RING_REST_MAX 128 /* pauses */

/*
 * Before the first no after a yes.  This side has caught up with the other one:
 * if a stream is under way, each look from now on takes the line away that the
 * other side is writing.  So stay away until it is some lines ahead: a pause
 * for every eighth element since the last no, and not so many that the ring
 * fills up meanwhile.  True: look again; false: this ticket has had its rest.
 */
static inline bool
weir_ring_rest(weir_ring_shape shape, weir_ring_word *own, uint64_t ticket)
{
    const int64_t since = (int64_t)(ticket - weir_load_rlx(&own->missed));
    uint64_t pauses;

    /* Negative: another thread of this side missed a later one. */
    if (since <= 0)
        return false;
    weir_store_rlx(&own->missed, ticket);
    pauses = (uint64_t)since / (8 * WEIR_RING_STEP);
    if (pauses > shape.capacity / 8)
        pauses = shape.capacity / 8;
    if (pauses > WEIR_RING_REST_MAX)
        pauses = WEIR_RING_REST_MAX;
    while (pauses-- > 0)
        weir_cpu_relax();
    return true;
}

/* As weir_ring_take(), but NULL comes after a rest. */
static inline char *
weir_ring_take_poll(weir_ring_shape shape, void *slots, weir_ring_word *own,
                    uint64_t full, uint64_t *ticket)
{
    char *slot;

    do
        slot = weir_ring_take(shape, slots, &own->word, full, ticket);
    while (slot == NULL && weir_ring_rest(shape, own, *ticket));
    return slot;
}

#define WEIR_RING_LINGER 8 /* pauses; below two line transfers of a far pair */

/* Before the first no of a try: a look at the opposite index would take its
 * line away from who writes it, once per element of a stream.  So rest, and
 * wait for the slot alone, for a moment.  True: look again. */
static inline bool
weir_ring_linger(weir_ring_shape shape, void *slots, weir_ring_word *own,
                 uint64_t full, uint64_t ticket)
{
    char *slot = weir_ring_slot(shape, slots, ticket);

    if (!weir_ring_rest(shape, own, ticket))
        return false;
    for (unsigned i = 0; i < WEIR_RING_LINGER; i++) {
        weir_cpu_relax();
        if (weir_load_rlx(weir_ring_stamp(slot)) == (ticket | full))
            break;
    }
    return true;
}

/*
 * As weir_ring_take(), but NULL means exactly full (or empty): a slot whose
 * opposite party has claimed and not yet stamped is waited for.
 */
static inline char *
weir_ring_take_exact(weir_ring_shape shape, void *slots, weir_ring_word *own,
                     weir_ring_word *opposite, uint64_t full, uint64_t *ticket)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;

    for (;;) {
        char *slot = weir_ring_take(shape, slots, &own->word, full, ticket);

        if (slot != NULL)
            return slot;
        if (weir_ring_linger(shape, slots, own, full, *ticket))
            continue;
        if (weir_ring_is_over(shape, &opposite->word, full, *ticket))
            return NULL;
        weir_backoff_pause(&backoff);
    }
}

/* How many slots in a row are ready from `ticket` on, at most `most`; *next is
 * the ticket behind them. */
static inline uint64_t
weir_ring_ready(weir_ring_shape shape, void *slots, uint64_t ticket,
                uint64_t full, uint64_t most, uint64_t *next)
{
    uint64_t n = 0;

    *next = ticket;
    while (n < most && weir_ring_load_stamp(weir_ring_slot(
                           shape, slots, *next)) == (*next | full)) {
        *next = weir_ring_next(shape, *next);
        n++;
    }
    return n;
}

/* As weir_ring_claim(), of all tickets up to `next`, whose slots were all seen
 * to be ready: they are nobody else's while the word stands. */
static inline bool
weir_ring_claim_to(WEIR_ATOMIC(uint64_t) *word, uint64_t *ticket, uint64_t next)
{
    /* order(ring.claim) REL+ACQ, order(ring.exact) SC: see weir_ring_claim()
     * and weir_ring_load_word(), weir_ring_load_opposite(). */
    return weir_cas_sc(word, ticket, next);
}

/*
 * As weir_ring_take(), for up to `most` tickets in a row: how many, from
 * *ticket on.  Fewer: those behind were not ready.
 */
static inline uint64_t
weir_ring_take_n(weir_ring_shape shape, void *slots, WEIR_ATOMIC(uint64_t) *own,
                 uint64_t full, uint64_t most, uint64_t *ticket)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;
    uint64_t n, next;

    *ticket = weir_ring_load_word(own);
    for (;;) {
        n = weir_ring_ready(shape, slots, *ticket, full, most, &next);
        if (n > 0) {
            if (weir_ring_claim_to(own, ticket, next))
                return n;
            weir_backoff_pause(&backoff);
        } else {
            const uint64_t word = weir_ring_load_word(own);

            /* The same: not ready.  Else another party was faster. */
            if (word == *ticket)
                return 0;
            *ticket = word;
        }
    }
}

/*
 * The side of a raw ring that only one thread at a time uses: its word moves
 * by a store.  As weir_ring_take_n().
 */
static inline uint64_t
weir_ring_take_single_n(weir_ring_shape shape, void *slots,
                        WEIR_ATOMIC(uint64_t) *own, uint64_t full,
                        uint64_t most, uint64_t *ticket)
{
    uint64_t n, next;

    *ticket = weir_load_rlx(own); /* ours */
    n = weir_ring_ready(shape, slots, *ticket, full, most, &next);
    /* Relaxed: elements go by the stamps, an exact no by
     * weir_ring_is_over_single(), and nobody else claims after us. */
    if (n > 0)
        weir_store_rlx(own, next);
    return n;
}

static inline char *
weir_ring_take_single(weir_ring_shape shape, void *slots,
                      WEIR_ATOMIC(uint64_t) *own, uint64_t full,
                      uint64_t *ticket)
{
    if (weir_ring_take_single_n(shape, slots, own, full, 1, ticket) == 0)
        return NULL;
    return weir_ring_slot(shape, slots, *ticket);
}

static inline char *
weir_ring_take_single_poll(weir_ring_shape shape, void *slots,
                           weir_ring_word *own, uint64_t full, uint64_t *ticket)
{
    char *slot;

    do
        slot = weir_ring_take_single(shape, slots, &own->word, full, ticket);
    while (slot == NULL && weir_ring_rest(shape, own, *ticket));
    return slot;
}

/* The same for a single side, which moved its word by a store: see the race
 * above weir_ring_load_opposite().  An exchange, not a fence: ThreadSanitizer
 * does not understand fences. */
static inline bool
weir_ring_is_over_single(weir_ring_shape shape, WEIR_ATOMIC(uint64_t) *own,
                         WEIR_ATOMIC(uint64_t) *opposite, uint64_t full,
                         uint64_t ticket)
{
    /* order(ring.exact) SC: see weir_ring_load_opposite(). */
    (void)weir_xchg_sc(own, ticket);
    return weir_ring_is_over(shape, opposite, full, ticket);
}

static inline char *
weir_ring_take_single_exact(weir_ring_shape shape, void *slots,
                            weir_ring_word *own, weir_ring_word *opposite,
                            uint64_t full, uint64_t *ticket)
{
    weir_backoff backoff = WEIR_BACKOFF_INIT;

    for (;;) {
        char *slot =
            weir_ring_take_single(shape, slots, &own->word, full, ticket);

        if (slot != NULL)
            return slot;
        if (weir_ring_linger(shape, slots, own, full, *ticket))
            continue;
        if (weir_ring_is_over_single(shape, &own->word, &opposite->word, full,
                                     *ticket))
            return NULL;
        weir_backoff_pause(&backoff);
    }
}

#endif
