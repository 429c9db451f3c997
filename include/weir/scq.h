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
 * State of one ring of 2n entries (n: the power of two >= N and >= 64)
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
 * Race: "empty" against a put
 *
 *     putter                              taker
 *     ------                              -----
 *     CAS entry                           fetch_add head
 *     threshold = 3n - 1  <-- scq.exact --> entry: nothing; threshold - 1
 *
 * Progress  lock-free: a ticket fails only because another ticket of the other
 *           side went on.
 * Limits    at most n threads at a time in calls on one queue (Q5); tickets of
 *           57 bits; N up to 2^24
 * Source    R. Nikolaev, "A Scalable, Portable, and Memory-Efficient Lock-Free
 *           FIFO Queue" (DISC 2019)
 */
#ifndef WEIR_SCQ_H
#define WEIR_SCQ_H

#include <weir/mpmc.h>

#define WEIR_SCQ_THREADS 64 /* at a time, whatever N is */

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
    /* order(scq.head) SC: the taker of t has not begun, so it will find what
     * is put here; see weir_scq_take(). */
    return (entry & safe) || (int64_t)(weir_load_sc(&ring->head.word) - t) <= 0;
}

static inline void
weir_scq_put(weir_scq_shape shape, weir_scq_ring *ring,
             WEIR_ATOMIC(uint64_t) *entries, uint64_t place)
{
    for (;;) {
        /* order(scq.tail) SC: before a taker's look in weir_scq_is_drained().
         */
        const uint64_t t = weir_fetch_add_sc(&ring->tail.word, (uint64_t)1);
        WEIR_ATOMIC(uint64_t) *at = &entries[weir_scq_spot(shape, t)];
        /* order(scq.entry) ACQ: its last taker has let it go, see
         * weir_scq_take_at(). */
        uint64_t entry = weir_load_acq(at);

        while (weir_scq_may_put(shape, ring, entry, t)) {
            const uint64_t full =
                weir_scq_cycle(shape, t) | weir_scq_safe(shape) | place;

            /* order(scq.entry) REL+ACQ: the place's element, for
             * weir_scq_take_at().  order(scq.exact) SC: before the look at
             * the threshold; weir_scq_take() lowers it after its mark. */
            if (!weir_cas_sc(at, &entry, full))
                continue;
            /* order(scq.exact) SC: see weir_scq_take(). */
            if (weir_load_sc(&ring->threshold.word) != weir_scq_patience(shape))
                (void)weir_xchg_sc(&ring->threshold.word,
                                   weir_scq_patience(shape));
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
    /* order(scq.entry) ACQ: the place's element, see weir_scq_put(). */
    uint64_t entry = weir_load_acq(at);

    for (;;) {
        const uint64_t its = entry & ~(none | safe);
        uint64_t mark = entry & ~safe;

        if (its == cycle)
            /* order(scq.entry) REL+ACQ: what we found is taken before
             * weir_scq_put() fills the entry again. */
            return weir_fetch_or_acqrel(at, none) & none;
        if ((int64_t)(its - cycle) > 0)
            return none;
        if ((entry & none) == none)
            mark = cycle | (entry & safe) | none;
        /* order(scq.entry) REL+ACQ: as above, for weir_scq_put();
         * order(scq.exact) SC: before the threshold goes down, see there:
         * weir_scq_put(). */
        if (weir_cas_sc(at, &entry, mark))
            return none;
    }
}

/* Is ticket h one that no put has drawn?  Then tail follows head, so that
 * the next putters need not. */
static inline bool
weir_scq_is_drained(weir_scq_ring *ring, uint64_t h)
{
    /* order(scq.tail) SC: see weir_scq_put(). */
    uint64_t t = weir_load_sc(&ring->tail.word);

    if ((int64_t)(t - (h + 1)) > 0)
        return false;
    h++;
    /* order(scq.tail) SC: a move like a putter's, see weir_scq_put(). */
    while (!weir_cas_sc(&ring->tail.word, &t, h)) {
        /* order(scq.head) SC: see weir_scq_may_put(). */
        h = weir_load_sc(&ring->head.word);
        if ((int64_t)(t - h) >= 0)
            break;
    }
    return true;
}

/* A place, the oldest; NONE: the ring was empty at one instant. */
static inline uint64_t
weir_scq_take(weir_scq_shape shape, weir_scq_ring *ring,
              WEIR_ATOMIC(uint64_t) *entries)
{
    const uint64_t none = weir_scq_none(shape);

    /* order(scq.exact) SC: after an earlier take; see weir_scq_put(). */
    if ((int64_t)weir_load_sc(&ring->threshold.word) < 0)
        return none;
    for (;;) {
        /* order(scq.head) SC: before the look at the entry, so that a putter
         * that still sees an older head in weir_scq_may_put() is seen. */
        const uint64_t h = weir_fetch_add_sc(&ring->head.word, (uint64_t)1);
        const uint64_t place =
            weir_scq_take_at(shape, &entries[weir_scq_spot(shape, h)], h);
        bool drained;
        int64_t left;

        if (place != none)
            return place;
        drained = weir_scq_is_drained(ring, h);
        /* order(scq.exact) SC: after the mark; see weir_scq_put(). */
        left = (int64_t)weir_fetch_sub_sc(&ring->threshold.word, (uint64_t)1);
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
 * As WEIR_MPMC, but strictly lock-free.  There is no poll_ form.
 *
 * Returns:  true: done; false, and nothing changed: pop: empty at one instant;
 *           push: all N places were taken at one instant, by elements or by
 *           pops that had not ended
 * Blocks:   never
 * Progress: lock-free, for at most WEIR_SCQ_THREADS (or, if that is more, N)
 *           threads at a time; about four compare-and-swaps or additions each
 * Order:    what was done before a push happens before the return of the pop
 *           that gets its element [scq.entry]
 * Callable: any thread, and signal handlers, which may interrupt a call on the
 *           same ring
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
