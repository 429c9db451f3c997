/* SPDX-License-Identifier: MIT */
/*
 * weir/scq.h - a strictly lock-free bounded queue for many producers and many
 * consumers.
 *
 * Header only; no library is needed.  A thread that stops anywhere, for ever,
 * keeps nobody from going on: that is what it has before <weir/mpmc.h>, and
 * costs about twice as much.  Everything else is as there.
 *
 * Elements lie in an array of N places.  Two rings of place numbers say which
 * of them are free and which are used, and in which order: a push takes a
 * number from the free ring, fills the place, and puts the number into the
 * used ring; a pop is the mirror image.
 *
 * State of one ring of 2n entries (n: the power of two >= N and >= THREADS)
 *   tail, head  tickets, from 2n on; ticket t belongs to entry t mod 2n, in
 *               cycle t / 2n
 *   entry       cycle | SAFE | place, or NONE instead of a place
 *   threshold   how many tickets of head may still fail before the ring is
 *               known to be empty; negative: empty
 *
 * Invariants
 *   Q1  The cycle of an entry never goes down.
 *   Q2  A taker whose ticket finds nothing leaves a mark: it moves an empty
 *       entry to its own cycle, or takes SAFE from an older, full one, so that
 *       no putter with that ticket can put there unseen.
 *   Q3  At most N numbers exist, so a putter always finds an entry: at most N
 *       of 2n are full.  No ring is ever "full".
 *   Q4  A place is touched only by who holds its number.
 *   Q5  After a put, 3n - 1 failed tickets of head prove that it was taken: 2n
 *       to come round to the last entry put, n - 1 of other takers under way.
 *
 * Race: a put against a taker that comes too early
 *
 *     putter of ticket t                  taker of ticket t
 *     ------------------                  -----------------
 *     entry: cycle < t's, NONE            entry: cycle < t's
 *     CAS entry -> t's cycle, place  (A)  CAS entry -> t's cycle, NONE  (B)
 *          <-- scq.entry, one word -->
 *
 *   (A) first: the taker finds its cycle and takes.  (B) first: the putter
 *   finds its own cycle, gives the ticket up and draws another.
 *
 * Race: "empty" against a put (Q5)
 *
 *     putter of t                         another thread, taker of h, then k
 *     -----------                         ----------------------------------
 *                                         draw h; nothing; threshold - 1  (D)
 *     draw t from tail                    draw k from head                (C)
 *     CAS entry
 *     look at threshold (B)
 *
 *   Counted from (B) on are the (D) that it misses.  If k < t - 2n, it misses
 *   none before (C): tail gets 2n beyond k only past a ticket that a taker
 *   after (C) has failed or emptied, for n numbers, each in at most one older
 *   and one newer entry, fill fewer than 2n.  So (D), (C), that taker's mark,
 *   what a putter made of it and the draw of t follow one another, by scq.head,
 *   scq.entry and scq.tail.  There remain one (D) of each other thread, n - 1,
 *   and 2n tickets.  The threshold itself needs no order.
 *
 * Progress  lock-free: a ticket fails only because another ticket of the other
 *           side went on.
 * Limits    at most n threads at a time in calls on one queue (Q5), those that
 *           stopped inside one and interrupted ones included; 63 bits of
 *           ticket; N up to 2^24
 * Source    R. Nikolaev, "A Scalable, Portable, and Memory-Efficient Lock-Free
 *           FIFO Queue" (DISC 2019), whose proof is for sequential consistency;
 *           the orders, and why they do, are ours
 */
#ifndef WEIR_SCQ_H
#define WEIR_SCQ_H

#include <weir/mpmc.h>

/** How many threads may be in calls at a time, whatever N is; at least N may.
 * Define another before the first include: entries cost 32 bytes each. */
#ifndef WEIR_SCQ_THREADS
#define WEIR_SCQ_THREADS 64
#endif

/* One ring of place numbers; its entries lie elsewhere. */
typedef struct weir_scq_ring {
    weir_ring_word head;
    weir_ring_word tail;
    weir_ring_word threshold; /* two's complement */
} weir_scq_ring;

/** The shape of both rings; constant once made. */
typedef struct weir_scq_shape {
    unsigned bits; /**< 2^bits = 2n entries */
} weir_scq_shape;

/* 2n of N elements: twice the power of two >= N and >= WEIR_SCQ_THREADS. */
#define WEIR_SCQ_UP1_(x) ((x) | (x) >> 1)
#define WEIR_SCQ_UP2_(x) (WEIR_SCQ_UP1_(x) | WEIR_SCQ_UP1_(x) >> 2)
#define WEIR_SCQ_UP4_(x) (WEIR_SCQ_UP2_(x) | WEIR_SCQ_UP2_(x) >> 4)
#define WEIR_SCQ_UP8_(x) (WEIR_SCQ_UP4_(x) | WEIR_SCQ_UP4_(x) >> 8)
#define WEIR_SCQ_UP16_(x) (WEIR_SCQ_UP8_(x) | WEIR_SCQ_UP8_(x) >> 16)
#define WEIR_SCQ_ENTRIES(N)                                                    \
    (2 *                                                                       \
     (WEIR_SCQ_UP16_(                                                          \
          (uint64_t)((N) > WEIR_SCQ_THREADS ? (N) : WEIR_SCQ_THREADS) - 1) +   \
      1))

static inline uint64_t
weir_scq_none(weir_scq_shape shape)
{
    return ((uint64_t)1 << shape.bits) - 1;
}

static inline uint64_t
weir_scq_safe(weir_scq_shape shape)
{
    return (uint64_t)1 << shape.bits;
}

/* The cycle of a ticket, where it stands in an entry. */
static inline uint64_t
weir_scq_cycle(weir_scq_shape shape, uint64_t ticket)
{
    return (ticket >> shape.bits) << (shape.bits + 1);
}

/* The entry of a ticket.  Neighbours in time are eight entries, one line,
 * apart. */
static inline uint64_t
weir_scq_spot(weir_scq_shape shape, uint64_t ticket)
{
    const uint64_t at = ticket & weir_scq_none(shape);

    if (shape.bits <= 3)
        return at;
    return (at >> (shape.bits - 3)) | ((at << 3) & weir_scq_none(shape));
}

/* How many tickets of head may fail after a put (Q5). */
static inline uint64_t
weir_scq_patience(weir_scq_shape shape)
{
    return (weir_scq_none(shape) + 1) / 2 * 3 - 1;
}

/* Is this entry one that the putter of ticket t may fill? */
static inline bool
weir_scq_may_put(weir_scq_shape shape, weir_scq_ring *ring, uint64_t entry,
                 uint64_t t)
{
    const uint64_t none = weir_scq_none(shape), safe = weir_scq_safe(shape);

    if ((entry & none) != none ||
        (int64_t)((entry & ~(none | safe)) - weir_scq_cycle(shape, t)) >= 0)
        return false;
    /* Without SAFE: only if the taker of t has not begun.  Relaxed: if it was
     * that one who took SAFE away, then by scq.entry we see its draw; if it
     * comes later its mark and our swap meet in the entry. */
    return (entry & safe) ||
           (int64_t)(weir_load_rlx(&ring->head.word) - t) <= 0;
}

static inline uint64_t
weir_scq_draw_tail(weir_scq_ring *ring)
{
    /* order(scq.tail) REL+ACQ: what made earlier putters, and
     * weir_scq_catch_up(), pass over entries comes before this draw, or 2n
     * tickets would not do (Q5). */
    return weir_fetch_add_acqrel(&ring->tail.word, (uint64_t)1);
}

static inline uint64_t
weir_scq_draw_head(weir_scq_ring *ring)
{
    /* order(scq.head) REL+ACQ: what earlier takers had seen put, those that
     * came here, to weir_scq_draw_head(), before, is seen when later ones say
     * empty in weir_scq_is_drained(). */
    return weir_fetch_add_acqrel(&ring->head.word, (uint64_t)1);
}

static inline void
weir_scq_put(weir_scq_shape shape, weir_scq_ring *ring,
             WEIR_ATOMIC(uint64_t) *entries, uint64_t place)
{
    for (;;) {
        const uint64_t t = weir_scq_draw_tail(ring);
        WEIR_ATOMIC(uint64_t) *at = &entries[weir_scq_spot(shape, t)];
        /* order(scq.entry) ACQ: the draw of who marked it, see
         * weir_scq_take_at(). */
        uint64_t entry = weir_load_acq(at);

        while (weir_scq_may_put(shape, ring, entry, t)) {
            const uint64_t full =
                weir_scq_cycle(shape, t) | weir_scq_safe(shape) | place;

            /* order(scq.entry) REL+ACQ: the place's element, for
             * weir_scq_take_at(); if it fails, as the load above. */
            if (!weir_cas_acqrel(at, &entry, full))
                continue;
            if (weir_load_rlx(&ring->threshold.word) !=
                weir_scq_patience(shape))
                weir_store_rlx(&ring->threshold.word, weir_scq_patience(shape));
            return;
        }
    }
}

/* What ticket h of head finds: a place, or NONE after leaving a mark (Q2). */
static inline uint64_t
weir_scq_take_at(weir_scq_shape shape, WEIR_ATOMIC(uint64_t) *at, uint64_t h)
{
    const uint64_t none = weir_scq_none(shape), safe = weir_scq_safe(shape);
    const uint64_t cycle = weir_scq_cycle(shape, h);
    /* Relaxed: a cycle beyond ours stays so, else a swap looks again. */
    uint64_t entry = weir_load_rlx(at);

    for (;;) {
        const uint64_t its = entry & ~(none | safe);
        uint64_t mark = entry & ~safe;

        if (its == cycle) {
            /* Ours alone: others take no more than SAFE away.
             * order(scq.entry) ACQ: the place's element, see weir_scq_put().
             * Not REL: what a putter of this entry must know of was marked
             * before, and the place goes round by the other ring. */
            (void)weir_fetch_or_acq(at, none);
            return entry & none;
        }
        if ((int64_t)(its - cycle) > 0)
            return none;
        if ((entry & none) == none)
            mark = cycle | (entry & safe) | none;
        /* order(scq.entry) REL: our draw of head, for weir_scq_put(), which
         * looks at head by and by, and the draws behind it. */
        if (weir_cas_rel(at, &entry, mark))
            return none;
    }
}

/* Tail, at t, follows head, at h, so that the next putters need not go through
 * the tickets that have failed. */
static inline void
weir_scq_catch_up(weir_scq_ring *ring, uint64_t t, uint64_t h)
{
    /* order(scq.tail) REL: our draw of head and those before it, for
     * weir_scq_draw_tail(); earlier draws of tail release through it. */
    while (!weir_cas_rel(&ring->tail.word, &t, h)) {
        h = weir_load_rlx(&ring->head.word); /* any value will do */
        if ((int64_t)(t - h) >= 0)
            return;
    }
}

/* Has no put drawn a ticket beyond h?  All up to h are taken.  Relaxed: a draw
 * that we miss is not before any taker's of a ticket below h (scq.head), so
 * that its push comes after this "empty". */
static inline bool
weir_scq_is_drained(weir_scq_ring *ring, uint64_t h)
{
    const uint64_t t = weir_load_rlx(&ring->tail.word);

    if ((int64_t)(t - (h + 1)) > 0)
        return false;
    weir_scq_catch_up(ring, t, h + 1);
    return true;
}

/* A place, the oldest; NONE: the ring was empty at one instant. */
static inline uint64_t
weir_scq_take(weir_scq_shape shape, weir_scq_ring *ring,
              WEIR_ATOMIC(uint64_t) *entries)
{
    const uint64_t none = weir_scq_none(shape);

    /* Relaxed: not older than what a put before us has seen or stored, and Q5
     * counts from there. */
    if ((int64_t)weir_load_rlx(&ring->threshold.word) < 0)
        return none;
    for (;;) {
        const uint64_t h = weir_scq_draw_head(ring);
        const uint64_t place =
            weir_scq_take_at(shape, &entries[weir_scq_spot(shape, h)], h);
        bool drained;
        int64_t left;

        if (place != none)
            return place;
        drained = weir_scq_is_drained(ring, h);
        left = (int64_t)weir_fetch_sub_rlx(&ring->threshold.word, (uint64_t)1);
        if (drained || left <= 0)
            return none;
    }
}

/* An empty ring.  Before anybody else can reach it. */
static inline void
weir_scq_init(weir_scq_shape shape, weir_scq_ring *ring,
              WEIR_ATOMIC(uint64_t) *entries)
{
    const uint64_t count = weir_scq_none(shape) + 1;

    weir_store_rlx(&ring->head.word, count);
    weir_store_rlx(&ring->tail.word, count);
    weir_store_rlx(&ring->threshold.word, UINT64_MAX);
    for (uint64_t i = 0; i < count; i++)
        weir_store_rlx(&entries[i], weir_scq_safe(shape) | (count - 1));
}

/**
 * Declare the ring type `name` for N elements of type T, and its functions:
 *
 *     void name_init(name *q);
 *     bool name_try_push(name *q, T v);    bool name_try_pop(name *q, T *v);
 *
 * As WEIR_MPMC, but strictly lock-free.  There are no poll_ and _n forms, and
 * no reserve and peek: an open place could not be passed.
 *
 * Returns:  true: done; false, and nothing changed: pop: empty at one instant;
 *           push: all N places were held at one instant, by elements or by
 *           calls under way.  So "full" is exact only among pushes and pops
 *           that do not overlap; a thread that stops for ever inside a call
 *           may keep one place
 * Blocks:   never
 * Progress: lock-free, for at most WEIR_SCQ_THREADS (or, if that is more, N)
 *           threads at a time; four atomic read-modify-writes each
 * Order:    what was done before a push happens before the return of the pop
 *           that gets its element [scq.entry]
 * Callable: any thread, and signal handlers, which may interrupt a call on the
 *           same ring (each counts as a thread)
 */
#define WEIR_SCQ(name, T, N)                                                   \
    WEIR_ASSERT_STATIC((N) >= 1 && (N) <= 1 << 24, "1 to 2^24 elements");      \
    WEIR_ASSERT_COPYABLE(T);                                                   \
    typedef struct name {                                                      \
        weir_scq_ring free_places;                                             \
        weir_scq_ring used_places;                                             \
        WEIR_ATOMIC(uint64_t) free_entries[WEIR_SCQ_ENTRIES(N)];               \
        WEIR_ATOMIC(uint64_t) used_entries[WEIR_SCQ_ENTRIES(N)];               \
        T places[N];                                                           \
    } __attribute__((aligned(WEIR_SEPARATION))) name;                          \
                                                                               \
    static inline weir_scq_shape name##_shape_(void)                           \
    {                                                                          \
        weir_scq_shape shape;                                                  \
                                                                               \
        shape.bits =                                                           \
            (unsigned)__builtin_ctzll(WEIR_SCQ_ENTRIES((uint64_t)(N)));        \
        return shape;                                                          \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_init(name *q)            \
    {                                                                          \
        const weir_scq_shape shape = name##_shape_();                          \
                                                                               \
        weir_scq_init(shape, &q->free_places, q->free_entries);                \
        weir_scq_init(shape, &q->used_places, q->used_entries);                \
        for (uint64_t i = 0; i < (N); i++)                                     \
            weir_scq_put(shape, &q->free_places, q->free_entries, i);          \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_push(name *q, T v)   \
    {                                                                          \
        const weir_scq_shape shape = name##_shape_();                          \
        const uint64_t place =                                                 \
            weir_scq_take(shape, &q->free_places, q->free_entries);            \
                                                                               \
        if (place == weir_scq_none(shape))                                     \
            return false;                                                      \
        q->places[place] = v;                                                  \
        weir_scq_put(shape, &q->used_places, q->used_entries, place);          \
        return true;                                                           \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_pop(name *q, T *v)   \
    {                                                                          \
        const weir_scq_shape shape = name##_shape_();                          \
        const uint64_t place =                                                 \
            weir_scq_take(shape, &q->used_places, q->used_entries);            \
                                                                               \
        if (place == weir_scq_none(shape))                                     \
            return false;                                                      \
        *v = q->places[place];                                                 \
        weir_scq_put(shape, &q->free_places, q->free_entries, place);          \
        return true;                                                           \
    }                                                                          \
                                                                               \
    WEIR_ASSERT_STATIC(offsetof(name, used_places) == 3 * WEIR_SEPARATION,     \
                       "no two words that threads fight for share a line")

#endif
