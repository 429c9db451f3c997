/* SPDX-License-Identifier: MIT */
/*
 * weir/deque.h - a bounded work-stealing deque: one owner, many thieves.
 *
 * Header only; no library is needed.  The owner pushes and pops at the bottom,
 * newest first; thieves take from the top, oldest first.
 *
 * State     top: elements that have left by it, moved by compare-and-swap
 *           bottom: where the owner pushes next, written by the owner alone
 * Invariant top <= bottom <= top + N, but for bottom = top - 1 inside a pop
 *
 * Race: owner and thief want the last element, at i
 *
 *     owner pops                          thief
 *     ----------                          -----
 *     exchange bottom = i    (A)          load top = i             (C)
 *          <-- deque.exact -->
 *     load top               (B)          load bottom              (D)
 *
 *   SC: if (D) misses (A), then (C) is before (B), and the owner sees top = i
 *   or more: it does not take i without the swap of top, which one of them
 *   wins.
 *
 * Progress  push and pop are wait-free; try_steal is lock-free: its swap fails
 *           only because another thief, or the owner, took the element
 * Limits    elements are integers or pointers: a thief reads before it owns
 * Source    D. Chase, Y. Lev, "Dynamic Circular Work-Stealing Deque" (2005);
 *           orders after N. M. Le et al., "Correct and Efficient Work-Stealing
 *           for Weak Memory Models" (2013), with SC accesses for its fences
 */
#ifndef WEIR_DEQUE_H
#define WEIR_DEQUE_H

#include <weir/mpmc.h>

/*
 * May the owner push?  A slot is filled again only when its thief has read it.
 * A "full" is exact: bottom is stored again before the last look, so that a
 * push followed by "full" and a steal followed by "empty" do not both miss the
 * other.
 */
static inline bool
weir_deque_has_room(WEIR_ATOMIC(uint64_t) *top, WEIR_ATOMIC(uint64_t) *bottom,
                    uint64_t index, uint64_t capacity)
{
    /* order(deque.top) ACQ: the thief has read its slot, see
     * weir_deque_take(). */
    if (index - weir_load_acq(top) < capacity)
        return true;
    /* order(deque.exact) SC: see weir_deque_has(). */
    (void)weir_xchg_sc(bottom, index);
    /* order(deque.exact) SC, order(deque.top) ACQ: see weir_deque_take(). */
    return index - weir_load_sc(top) < capacity;
}

static inline void
weir_deque_push(WEIR_ATOMIC(uint64_t) *bottom, uint64_t index)
{
    /* order(deque.bottom) REL: the element, for weir_deque_has(). */
    weir_store_rel(bottom, index + 1);
}

/* top for a thief.  A failed swap reads it anew. */
static inline uint64_t
weir_deque_look(WEIR_ATOMIC(uint64_t) *top)
{
    /* order(deque.exact) SC: before weir_deque_has(), see weir_deque_pop(). */
    return weir_load_sc(top);
}

static inline bool
weir_deque_has(WEIR_ATOMIC(uint64_t) *bottom, uint64_t top)
{
    /* order(deque.exact) SC: see weir_deque_pop(), weir_deque_has_room();
     * order(deque.bottom) ACQ: the element, see weir_deque_push(). */
    return (int64_t)(weir_load_sc(bottom) - top) > 0;
}

static inline bool
weir_deque_take(WEIR_ATOMIC(uint64_t) *top, uint64_t *index)
{
    /* order(deque.top) REL: the slot has been read before the owner fills it
     * again, see weir_deque_has_room().  order(deque.exact) SC: against the
     * owner's look and swap in weir_deque_pop(). */
    return weir_cas_sc(top, index, *index + 1);
}

/* The owner takes the newest index, or finds none. */
static inline bool
weir_deque_pop(WEIR_ATOMIC(uint64_t) *top, WEIR_ATOMIC(uint64_t) *bottom,
               uint64_t *at)
{
    const uint64_t end = weir_load_rlx(bottom);
    uint64_t seen;
    bool won;

    *at = end - 1;
    /* order(deque.exact) SC: before the look at top, see weir_deque_has(). */
    (void)weir_xchg_sc(bottom, *at);
    /* order(deque.exact) SC: see weir_deque_look(). */
    seen = weir_load_sc(top);
    if ((int64_t)(*at - seen) > 0)
        return true;
    /* The last one, or none: whoever moves top has it. */
    won = *at == seen && weir_deque_take(top, &seen);
    /* Relaxed: top is `end` by now, so nobody takes an element by this store
     * (a thief that still saw an older top fails its swap). */
    weir_store_rlx(bottom, end);
    return won;
}

/**
 * Declare the deque type `name` for N elements of type T, and its functions:
 *
 *     void name_init(name *q);
 *     bool name_try_push(name *q, T v);    owner
 *     bool name_try_pop(name *q, T *v);    owner: the newest
 *     bool name_try_steal(name *q, T *v);  any thread: the oldest
 *
 * Params:   q  the deque; v  the element, an integer or a pointer; N is a power
 *           of two
 * Returns:  true: done; false: full (push) or empty at one instant, and
 *           nothing changed
 * Blocks:   never
 * Progress: push and pop wait-free, steal lock-free
 * Order:    what was done before a push happens before the return of the pop or
 *           steal that gets its element [deque.bottom]
 * Callable: push and pop by one thread at a time, and not from a signal handler
 *           that may interrupt one of them; steal by any, also from a handler
 */
#define WEIR_DEQUE(name, T, N)                                                 \
    WEIR_ASSERT_STATIC((N) >= 1 && ((N) & ((N)-1)) == 0, "a power of two");    \
    WEIR_ASSERT_STATIC(sizeof(T) <= 8 && (sizeof(T) & (sizeof(T) - 1)) == 0,   \
                       "an integer or a pointer");                             \
    typedef struct name {                                                      \
        weir_ring_word top;                                                    \
        weir_ring_word bottom;                                                 \
        WEIR_ATOMIC(T) slots[N];                                               \
    } __attribute__((aligned(WEIR_SEPARATION))) name;                          \
                                                                               \
    __attribute__((unused)) static inline void name##_init(name *q)            \
    {                                                                          \
        weir_store_rlx(&q->top.word, 0);                                       \
        weir_store_rlx(&q->bottom.word, 0);                                    \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_push(name *q, T v)   \
    {                                                                          \
        const uint64_t bottom = weir_load_rlx(&q->bottom.word);                \
                                                                               \
        if (!weir_deque_has_room(&q->top.word, &q->bottom.word, bottom, (N)))  \
            return false;                                                      \
        weir_store_rlx(&q->slots[bottom & ((N)-1)], v);                        \
        weir_deque_push(&q->bottom.word, bottom);                              \
        return true;                                                           \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_pop(name *q, T *v)   \
    {                                                                          \
        uint64_t at;                                                           \
                                                                               \
        if (!weir_deque_pop(&q->top.word, &q->bottom.word, &at))               \
            return false;                                                      \
        *v = weir_load_rlx(&q->slots[at & ((N)-1)]);                           \
        return true;                                                           \
    }                                                                          \
                                                                               \
    __attribute__((unused)) static inline bool name##_try_steal(name *q, T *v) \
    {                                                                          \
        uint64_t top = weir_deque_look(&q->top.word);                          \
                                                                               \
        while (weir_deque_has(&q->bottom.word, top)) {                         \
            T seen = weir_load_rlx(&q->slots[top & ((N)-1)]);                  \
                                                                               \
            if (weir_deque_take(&q->top.word, &top)) {                         \
                *v = seen;                                                     \
                return true;                                                   \
            }                                                                  \
        }                                                                      \
        return false;                                                          \
    }                                                                          \
                                                                               \
    WEIR_ASSERT_STATIC(offsetof(name, bottom) == WEIR_SEPARATION &&            \
                           offsetof(name, slots) == 2 * WEIR_SEPARATION,       \
                       "owner and thieves share no line")

#endif
