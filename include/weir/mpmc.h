/* SPDX-License-Identifier: MIT */
/*
 * weir/mpmc.h - a bounded queue for many producers and many consumers.
 *
 * Header only; no library is needed.  A raw ring neither waits nor closes, so
 * its calls return bool; channels (<weir/chan.h>) return a status.
 *
 *     struct event { long key, value; };
 *     WEIR_MPMC(events, struct event, 64);     // type and functions
 *
 *     static events q;                         // or inside a structure
 *     events_init(&q);                         // before it is shared
 *     if (!events_try_push(&q, e)) ...         // full
 *     if (!events_try_pop(&q, &e)) ...         // empty
 *
 * Two looks at a ring that is not ready:
 *   try_   says full or empty exactly: at one instant during the call it was
 *          so.  An element that its producer has claimed a place for and not
 *          yet stored is waited for.
 *   poll_  decides by the slot's stamp alone: it may say empty while an older
 *          element is still being stored (and full likewise).  Several times
 *          cheaper when polled hard, because it leaves the index of the other
 *          side where it is.  Use it in loops that retry anyway.
 *
 * What each may do at the same time: everything but init, which must be done
 * before the ring is shared.  The capacity is exact, any number from 1.
 * Elements are copied; in C++ they must be trivially copyable.
 */
#ifndef WEIR_MPMC_H
#define WEIR_MPMC_H

#include <weir/ring.h>

#ifdef __cplusplus
#include <type_traits>
#define WEIR_ASSERT_COPYABLE(T)                                                \
    static_assert(std::is_trivially_copyable<T>::value,                        \
                  "weir copies elements as bytes")
#define WEIR_ASSERT_STATIC(c, what) static_assert(c, what)
#else
#define WEIR_ASSERT_COPYABLE(T) _Static_assert(sizeof(T) > 0, "complete type")
#define WEIR_ASSERT_STATIC(c, what) _Static_assert(c, what)
#endif

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
 * The _n forms move up to n elements, which stay neighbours, by one claim.
 * Reserve and commit are a push without a copy: the element is written into
 * its place in between; peek and release are such a pop.  Several places may be
 * open at a time, and closed in any order, but each must be: there is no way
 * back, and nothing behind an open place passes it.
 *
 * Params:   q      the ring
 *           v      the element or elements, copied; commit, release: the place
 *                  that reserve or peek returned
 *           n      elements at v
 * Returns:  true: done; false: full (push) or empty (pop), and nothing changed;
 *           _n: how many, 0 where the others say false, fewer than n if the
 *           next place was not ready; reserve, peek: the place, NULL for false
 * Blocks:   poll_: never; try_: only for an element that is claimed and not
 *           yet stored (or removed), an open place included: who holds one
 *           calls poll_ on the other side, lest it wait for itself.  The first
 *           no after a yes comes after a rest, a pause of the CPU for every
 *           eighth element since the last no, at most 128 and N / 8; that
 *           of try_ after up to 8 more
 * Progress: one compare-and-swap and one store when uncontended; not lock-free
 *           when a thread stops between the two
 * Order:    what was done before a push happens before the return of the pop
 *           that gets its element [ring.stamp]
 * Callable: any thread; not from a signal handler that may interrupt a call
 *           on the same ring
 */
#define WEIR_MPMC(name, T, N)                                                  \
    WEIR_RING_TYPE_(name, T, N, weir_ring_take, weir_ring_take)

/* A ring whose sides claim by TAKE_SEND and TAKE_RECEIVE: weir_ring_take, or
 * weir_ring_take_single for a side that one thread uses. */
#define WEIR_RING_TYPE_(name, T, N, TAKE_SEND, TAKE_RECEIVE)                   \
    WEIR_ASSERT_STATIC((N) >= 1, "a ring holds at least one element");         \
    WEIR_ASSERT_COPYABLE(T);                                                   \
    typedef struct name##_slot_ {                                              \
        WEIR_ATOMIC(uint64_t) stamp;                                           \
        T value;                                                               \
    } __attribute__((aligned(WEIR_RING_SLOT_ALIGN(sizeof(T))))) name##_slot_;  \
    typedef struct name {                                                      \
        weir_ring_word send;                                                   \
        weir_ring_word receive;                                                \
        name##_slot_ slots[N];                                                 \
    } __attribute__((aligned(WEIR_SEPARATION))) name;                          \
                                                                               \
    static inline weir_ring_shape name##_shape_(void)                          \
    {                                                                          \
        return weir_ring_shape_of((N), sizeof(name##_slot_));                  \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_init(name *q)            \
    {                                                                          \
        weir_store_rlx(&q->send.word, 0);                                      \
        weir_store_rlx(&q->receive.word, 0);                                   \
        weir_store_rlx(&q->send.missed, 0);                                    \
        weir_store_rlx(&q->receive.missed, 0);                                 \
        weir_ring_init_slots(name##_shape_(), q->slots);                       \
    }                                                                          \
                                                                               \
    static inline T *name##_value_(char *slot)                                 \
    {                                                                          \
        return &((name##_slot_ *)(void *)slot)->value;                         \
    }                                                                          \
                                                                               \
    static inline bool name##_fill_(char *slot, T v, uint64_t ticket)          \
    {                                                                          \
        if (slot == NULL)                                                      \
            return false;                                                      \
        *name##_value_(slot) = v;                                              \
        weir_ring_publish(slot, ticket | WEIR_RING_FULL);                      \
        return true;                                                           \
    }                                                                          \
                                                                               \
    static inline bool name##_empty_(char *slot, T *v, uint64_t ticket)        \
    {                                                                          \
        if (slot == NULL)                                                      \
            return false;                                                      \
        *v = *name##_value_(slot);                                             \
        weir_ring_publish(slot, ticket + weir_ring_lap(name##_shape_()));      \
        return true;                                                           \
    }                                                                          \
                                                                               \
    static inline char *name##_send_slot_(name *q, uint64_t *ticket)           \
    {                                                                          \
        return TAKE_SEND##_exact(name##_shape_(), q->slots, &q->send,          \
                                 &q->receive, 0, ticket);                      \
    }                                                                          \
                                                                               \
    static inline char *name##_receive_slot_(name *q, uint64_t *ticket)        \
    {                                                                          \
        return TAKE_RECEIVE##_exact(name##_shape_(), q->slots, &q->receive,    \
                                    &q->send, WEIR_RING_FULL, ticket);         \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_push(name *q, T v)   \
    {                                                                          \
        uint64_t ticket;                                                       \
        char *slot = name##_send_slot_(q, &ticket);                            \
                                                                               \
        return name##_fill_(slot, v, ticket);                                  \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_pop(name *q, T *v)   \
    {                                                                          \
        uint64_t ticket;                                                       \
        char *slot = name##_receive_slot_(q, &ticket);                         \
                                                                               \
        return name##_empty_(slot, v, ticket);                                 \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_poll_push(name *q, T v)  \
    {                                                                          \
        uint64_t ticket;                                                       \
        char *slot =                                                           \
            TAKE_SEND##_poll(name##_shape_(), q->slots, &q->send, 0, &ticket); \
                                                                               \
        return name##_fill_(slot, v, ticket);                                  \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_poll_pop(name *q, T *v)  \
    {                                                                          \
        uint64_t ticket;                                                       \
        char *slot = TAKE_RECEIVE##_poll(                                      \
            name##_shape_(), q->slots, &q->receive, WEIR_RING_FULL, &ticket);  \
                                                                               \
        return name##_empty_(slot, v, ticket);                                 \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline size_t name##_try_push_n(            \
        name *q, T const *v, size_t n)                                         \
    {                                                                          \
        const weir_ring_shape shape = name##_shape_();                         \
        uint64_t ticket;                                                       \
        const size_t taken = (size_t)TAKE_SEND##_n(                            \
            shape, q->slots, &q->send.word, 0, n, &ticket);                    \
                                                                               \
        if (taken == 0)                                                        \
            return n > 0 && name##_try_push(q, v[0]);                          \
        for (size_t i = 0; i < taken; i++) {                                   \
            (void)name##_fill_(weir_ring_slot(shape, q->slots, ticket), v[i],  \
                               ticket);                                        \
            ticket = weir_ring_next(shape, ticket);                            \
        }                                                                      \
        return taken;                                                          \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline size_t name##_try_pop_n(             \
        name *q, T *v, size_t n)                                               \
    {                                                                          \
        const weir_ring_shape shape = name##_shape_();                         \
        uint64_t ticket;                                                       \
        const size_t taken = (size_t)TAKE_RECEIVE##_n(                         \
            shape, q->slots, &q->receive.word, WEIR_RING_FULL, n, &ticket);    \
                                                                               \
        if (taken == 0)                                                        \
            return n > 0 && name##_try_pop(q, &v[0]);                          \
        for (size_t i = 0; i < taken; i++) {                                   \
            (void)name##_empty_(weir_ring_slot(shape, q->slots, ticket),       \
                                &v[i], ticket);                                \
            ticket = weir_ring_next(shape, ticket);                            \
        }                                                                      \
        return taken;                                                          \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline T *name##_try_reserve(name *q)       \
    {                                                                          \
        uint64_t ticket;                                                       \
        char *slot = name##_send_slot_(q, &ticket);                            \
                                                                               \
        return slot == NULL ? NULL : name##_value_(slot);                      \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline T *name##_try_peek(name *q)          \
    {                                                                          \
        uint64_t ticket;                                                       \
        char *slot = name##_receive_slot_(q, &ticket);                         \
                                                                               \
        return slot == NULL ? NULL : name##_value_(slot);                      \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_commit(name *q,          \
                                                             T *place)         \
    {                                                                          \
        char *slot = (char *)place - offsetof(name##_slot_, value);            \
                                                                               \
        (void)q;                                                               \
        weir_ring_publish(slot, weir_ring_own_stamp(slot) | WEIR_RING_FULL);   \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline void name##_release(name *q,         \
                                                              T *place)        \
    {                                                                          \
        char *slot = (char *)place - offsetof(name##_slot_, value);            \
                                                                               \
        (void)q;                                                               \
        weir_ring_publish(slot, (weir_ring_own_stamp(slot) ^ WEIR_RING_FULL) + \
                                    weir_ring_lap(name##_shape_()));           \
    }                                                                          \
                                                                               \
    WEIR_ASSERT_STATIC(offsetof(name, receive) == WEIR_SEPARATION &&           \
                           offsetof(name, slots) == 2 * WEIR_SEPARATION,       \
                       "the two indexes and the slots share no line")

#endif
