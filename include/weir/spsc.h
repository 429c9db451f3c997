/* SPDX-License-Identifier: MIT */
/*
 * weir/spsc.h - a bounded queue for one producer and one consumer.
 *
 * Header only; no library is needed.
 *
 * State     tail: elements pushed, written by the producer alone
 *           head: elements popped, written by the consumer alone
 *           each side keeps, on its own line, the last value that it saw of the
 *           other's index; it looks again only when that says full or empty
 * Invariant head <= tail <= head + N
 * Progress  wait-free: no loop, and no read-modify-write except for an exact no
 * Limits    2^64 elements
 * Source    L. Lamport, "Specifying Concurrent Program Modules" (1983); the
 *           cached index after MCRingBuffer (Lee, Bu and Chandranmenon, 2010).
 */
#ifndef WEIR_SPSC_H
#define WEIR_SPSC_H

#include <weir/mpmc.h>

/* One side's index and its picture of the other's. */
typedef union weir_spsc_side {
    struct {
        WEIR_ATOMIC(uint64_t) index;
        uint64_t other; /* this side's own: how far the other was, at least */
        uint64_t place; /* this side's own: index modulo N */
    } s;
    char separation_[WEIR_SEPARATION];
} weir_spsc_side;

/*
 * Whether there is room for the element at `index`, or an element.  Each side
 * asks its own picture of the other first, then the other's index; an exact
 * "no" stores its index again and looks once more, so that a push followed by
 * "full" and a pop followed by "empty" do not both miss the other:
 *
 *     producer                            consumer
 *     --------                            --------
 *     exchange tail  <-- spsc.exact -->   exchange head
 *     load head                           load tail
 *
 * An exchange, not a fence: ThreadSanitizer does not understand fences.
 */
static inline bool
weir_spsc_has_room(weir_spsc_side *own, weir_spsc_side *opposite,
                   uint64_t index, uint64_t capacity, bool exact)
{
    if (index - own->s.other < capacity)
        return true;
    /* order(spsc.head) ACQ: the consumer has read the slot before we fill it
     * again; see weir_spsc_advance_head(). */
    own->s.other = weir_load_acq(&opposite->s.index);
    if (!exact || index - own->s.other < capacity)
        return index - own->s.other < capacity;
    /* order(spsc.exact) SC: see weir_spsc_has_item(). */
    (void)weir_xchg_sc(&own->s.index, index);
    /* order(spsc.exact) SC, order(spsc.head) ACQ: see weir_spsc_has_item() and
     * weir_spsc_advance_head(). */
    own->s.other = weir_load_sc(&opposite->s.index);
    return index - own->s.other < capacity;
}

static inline bool
weir_spsc_has_item(weir_spsc_side *own, weir_spsc_side *opposite,
                   uint64_t index, bool exact)
{
    if (own->s.other != index)
        return true;
    /* order(spsc.tail) ACQ: the element, see weir_spsc_advance_tail(). */
    own->s.other = weir_load_acq(&opposite->s.index);
    if (!exact || own->s.other != index)
        return own->s.other != index;
    /* order(spsc.exact) SC: see weir_spsc_has_room(). */
    (void)weir_xchg_sc(&own->s.index, index);
    /* order(spsc.exact) SC, order(spsc.tail) ACQ: see weir_spsc_has_room() and
     * weir_spsc_advance_tail(). */
    own->s.other = weir_load_sc(&opposite->s.index);
    return own->s.other != index;
}

/* How many of `wanted` elements have room at `index`, or are there: a look at
 * the other's index only if the picture of it does not do. */
static inline uint64_t
weir_spsc_room(weir_spsc_side *own, weir_spsc_side *opposite, uint64_t index,
               uint64_t capacity, uint64_t wanted)
{
    uint64_t room = capacity - (index - own->s.other);

    if (room < wanted) {
        /* order(spsc.head) ACQ: as in weir_spsc_has_room(), for what
         * weir_spsc_advance_head() gave back. */
        own->s.other = weir_load_acq(&opposite->s.index);
        room = capacity - (index - own->s.other);
    }
    return room < wanted ? room : wanted;
}

static inline uint64_t
weir_spsc_items(weir_spsc_side *own, weir_spsc_side *opposite, uint64_t index,
                uint64_t wanted)
{
    if (own->s.other - index < wanted)
        /* order(spsc.tail) ACQ: the elements, see weir_spsc_advance_tail().
         */
        own->s.other = weir_load_acq(&opposite->s.index);
    return own->s.other - index < wanted ? own->s.other - index : wanted;
}

static inline void
weir_spsc_advance_tail(weir_spsc_side *own, uint64_t index)
{
    /* order(spsc.tail) REL: the elements are in their slots before the
     * consumer sees the index in weir_spsc_has_item(), weir_spsc_items(). */
    weir_store_rel(&own->s.index, index);
}

static inline void
weir_spsc_advance_head(weir_spsc_side *own, uint64_t index)
{
    /* order(spsc.head) REL: the elements have been read before the producer
     * sees the index in weir_spsc_has_room(), weir_spsc_room(). */
    weir_store_rel(&own->s.index, index);
}

static inline void
weir_spsc_step(weir_spsc_side *own, uint64_t capacity)
{
    own->s.place = own->s.place + 1 == capacity ? 0 : own->s.place + 1;
}

/* As n steps: the next n places are `first` from *place on, and the rest from 0
 * on. */
static inline void
weir_spsc_span(weir_spsc_side *own, size_t n, uint64_t capacity, size_t *place,
               size_t *first)
{
    const size_t to_end = (size_t)(capacity - own->s.place);

    *place = (size_t)own->s.place;
    *first = n < to_end ? n : to_end;
    own->s.place = n < to_end ? own->s.place + n : n - to_end;
}

/**
 * Declare the ring type `name` for N elements of type T, and its functions:
 *
 *     void name_init(name *q);
 *     bool name_try_push(name *q, T v);    bool name_try_pop(name *q, T *v);
 *     bool name_poll_push(name *q, T v);   bool name_poll_pop(name *q, T *v);
 *
 *     size_t name_try_push_n(name *q, T const *v, size_t n);
 *     size_t name_try_pop_n(name *q, T *v, size_t n);
 *
 *     T *name_try_reserve(name *q);        T *name_try_peek(name *q);
 *     void name_commit(name *q, T *v);     void name_release(name *q, T *v);
 *
 * As WEIR_MPMC, but one thread at a time may push and one may pop.  try_ says
 * "full" and "empty" exactly and pays one exchange for a no; poll_ may miss
 * what the other side did just now.  A place at a time may be open: a second
 * reserve, or peek, before commit (release) returns the same.
 *
 * Returns:  true: done; false: full (push) or empty (pop), and nothing changed
 * Blocks:   never
 * Progress: wait-free
 * Order:    what was done before a push happens before the return of the pop
 *           that gets its element [spsc.tail]
 * Callable: one producer and one consumer at a time, any threads; a signal
 *           handler may be one of them
 *
 * Both sides may also be one thread.  Who takes over a side from another thread
 * synchronises with it first (a mutex, a join).
 */
#define WEIR_SPSC(name, T, N)                                                  \
    WEIR_ASSERT_STATIC((N) >= 1, "a ring holds at least one element");         \
    WEIR_ASSERT_COPYABLE(T);                                                   \
    typedef struct name {                                                      \
        weir_spsc_side producer;                                               \
        weir_spsc_side consumer;                                               \
        T slots[N];                                                            \
    } __attribute__((aligned(WEIR_SEPARATION))) name;                          \
                                                                               \
    __attribute__((unused)) static inline void name##_init(name *q)            \
    {                                                                          \
        weir_store_rlx(&q->producer.s.index, 0);                               \
        weir_store_rlx(&q->consumer.s.index, 0);                               \
        q->producer.s.other = q->consumer.s.other = 0;                         \
        q->producer.s.place = q->consumer.s.place = 0;                         \
    }                                                                          \
                                                                               \
    static inline bool name##_push_(name *q, T v, bool exact)                  \
    {                                                                          \
        const uint64_t index = weir_load_rlx(&q->producer.s.index);            \
                                                                               \
        if (!weir_spsc_has_room(&q->producer, &q->consumer, index, (N),        \
                                exact))                                        \
            return false;                                                      \
        q->slots[q->producer.s.place] = v;                                     \
        weir_spsc_step(&q->producer, (N));                                     \
        weir_spsc_advance_tail(&q->producer, index + 1);                       \
        return true;                                                           \
    }                                                                          \
                                                                               \
    static inline bool name##_pop_(name *q, T *v, bool exact)                  \
    {                                                                          \
        const uint64_t index = weir_load_rlx(&q->consumer.s.index);            \
                                                                               \
        if (!weir_spsc_has_item(&q->consumer, &q->producer, index, exact))     \
            return false;                                                      \
        *v = q->slots[q->consumer.s.place];                                    \
        weir_spsc_step(&q->consumer, (N));                                     \
        weir_spsc_advance_head(&q->consumer, index + 1);                       \
        return true;                                                           \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_push(name *q, T v)   \
    {                                                                          \
        return name##_push_(q, v, true);                                       \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_pop(name *q, T *v)   \
    {                                                                          \
        return name##_pop_(q, v, true);                                        \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_poll_push(name *q, T v)  \
    {                                                                          \
        return name##_push_(q, v, false);                                      \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_poll_pop(name *q, T *v)  \
    {                                                                          \
        return name##_pop_(q, v, false);                                       \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline size_t name##_try_push_n(            \
        name *q, T const *v, size_t n)                                         \
    {                                                                          \
        const uint64_t index = weir_load_rlx(&q->producer.s.index);            \
        const size_t taken =                                                   \
            (size_t)weir_spsc_room(&q->producer, &q->consumer, index, (N), n); \
        size_t place, first;                                                   \
                                                                               \
        if (taken == 0)                                                        \
            return n > 0 && name##_push_(q, v[0], true);                       \
        weir_spsc_span(&q->producer, taken, (N), &place, &first);              \
        for (size_t i = 0; i < first; i++)                                     \
            q->slots[place + i] = v[i];                                        \
        for (size_t i = first; i < taken; i++)                                 \
            q->slots[i - first] = v[i];                                        \
        weir_spsc_advance_tail(&q->producer, index + taken);                   \
        return taken;                                                          \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline size_t name##_try_pop_n(             \
        name *q, T *v, size_t n)                                               \
    {                                                                          \
        const uint64_t index = weir_load_rlx(&q->consumer.s.index);            \
        const size_t taken =                                                   \
            (size_t)weir_spsc_items(&q->consumer, &q->producer, index, n);     \
        size_t place, first;                                                   \
                                                                               \
        if (taken == 0)                                                        \
            return n > 0 && name##_pop_(q, &v[0], true);                       \
        weir_spsc_span(&q->consumer, taken, (N), &place, &first);              \
        for (size_t i = 0; i < first; i++)                                     \
            v[i] = q->slots[place + i];                                        \
        for (size_t i = first; i < taken; i++)                                 \
            v[i] = q->slots[i - first];                                        \
        weir_spsc_advance_head(&q->consumer, index + taken);                   \
        return taken;                                                          \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline T *name##_try_reserve(name *q)       \
    {                                                                          \
        const uint64_t index = weir_load_rlx(&q->producer.s.index);            \
                                                                               \
        return weir_spsc_has_room(&q->producer, &q->consumer, index, (N),      \
                                  true)                                        \
                   ? &q->slots[q->producer.s.place]                            \
                   : NULL;                                                     \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_commit(name *q, T *v)    \
    {                                                                          \
        (void)v;                                                               \
        weir_spsc_step(&q->producer, (N));                                     \
        weir_spsc_advance_tail(&q->producer,                                   \
                               weir_load_rlx(&q->producer.s.index) + 1);       \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline T *name##_try_peek(name *q)          \
    {                                                                          \
        const uint64_t index = weir_load_rlx(&q->consumer.s.index);            \
                                                                               \
        return weir_spsc_has_item(&q->consumer, &q->producer, index, true)     \
                   ? &q->slots[q->consumer.s.place]                            \
                   : NULL;                                                     \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_release(name *q, T *v)   \
    {                                                                          \
        (void)v;                                                               \
        weir_spsc_step(&q->consumer, (N));                                     \
        weir_spsc_advance_head(&q->consumer,                                   \
                               weir_load_rlx(&q->consumer.s.index) + 1);       \
    }                                                                          \
                                                                               \
    WEIR_ASSERT_STATIC(offsetof(name, consumer) == WEIR_SEPARATION &&          \
                           offsetof(name, slots) == 2 * WEIR_SEPARATION,       \
                       "the two sides and the slots share no line")

#endif
