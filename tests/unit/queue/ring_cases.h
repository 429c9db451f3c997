/* SPDX-License-Identifier: MIT */
/*
 * queue/ring_cases.h - what every ring must do, one thread alone: exact
 * answers, batches larger than the room and across the end, elements in place,
 * indexes near the end of their 64 bits.
 *
 *     #define RING_START(id, laps) ...         before the include
 *     RING_CASES(WEIR_MPMC, mpmc, 7, 24)
 *
 * declares a ring of 7 elements of 24 bytes and its test.  RING_START makes the
 * empty ring id##_q wrap after so many laps; 0: it is fresh.  Bytes of an
 * element all follow from one number, so that a torn or a mixed-up one shows.
 */
#ifndef WEIR_TESTS_UNIT_QUEUE_RING_CASES_H
#define WEIR_TESTS_UNIT_QUEUE_RING_CASES_H

#include "test.h"

enum { RING_BATCH_MAX = 160, RING_BYTES_MAX = 256 };

/* A ring as the checks see it; elements are numbers. */
struct ring_case {
    uint64_t capacity;
    void (*start)(uint64_t laps);
    bool (*push)(uint64_t n, bool poll);
    bool (*pop)(uint64_t n, bool poll);
    size_t (*push_n)(uint64_t n, size_t count);
    size_t (*pop_n)(uint64_t n, size_t count);
    bool (*put)(uint64_t n);  /* reserve, commit */
    bool (*take)(uint64_t n); /* peek, release */
};

/* Not inlined: there are thirty rings in a file to compile. */
__attribute__((noinline)) static void
ring_fill(unsigned char *byte, size_t size, uint64_t n)
{
    for (size_t i = 0; i < size; i++)
        byte[i] = (unsigned char)(n * 31 + i * 7);
}

__attribute__((noinline)) static bool
ring_is(const unsigned char *byte, size_t size, uint64_t n)
{
    unsigned char due[RING_BYTES_MAX];

    ring_fill(due, size, n);
    return EXPECT_MEMEQ(byte, due, size);
}

/* As RING_START, for rings of stamped slots. */
#define RING_START_STAMPED(id, laps)                                           \
    do {                                                                       \
        const weir_ring_shape shape_ = id##_shape_();                          \
        const uint64_t first_ = 0 - (laps)*weir_ring_lap(shape_);              \
                                                                               \
        id##_init(&id##_q);                                                    \
        weir_store_rlx(&id##_q.send.word, first_);                             \
        weir_store_rlx(&id##_q.receive.word, first_);                          \
        for (uint64_t i_ = 0; i_ < shape_.capacity; i_++)                      \
            weir_store_rlx(&id##_q.slots[i_].stamp,                            \
                           first_ + i_ * WEIR_RING_STEP);                      \
    } while (0)

#define RING_CASES(KIND, kind, N, S)                                           \
    struct kind##_##N##_##S##_elem {                                           \
        unsigned char byte[S];                                                 \
    };                                                                         \
    KIND(kind##_##N##_##S, struct kind##_##N##_##S##_elem, N);                 \
    RING_CASES_(kind##_##N##_##S, N, S)                                        \
    TEST(kind##_of_##N##_elements_of_##S##_bytes)                              \
    {                                                                          \
        EXPECT_EQ((uintptr_t)&kind##_##N##_##S##_q % WEIR_SEPARATION, 0);      \
        ring_check_all(&kind##_##N##_##S##_case);                              \
    }

#define RING_CASES_(id, N, S)                                                  \
    static id id##_q;                                                          \
    static struct id##_elem id##_of(uint64_t n)                                \
    {                                                                          \
        struct id##_elem e;                                                    \
                                                                               \
        ring_fill(e.byte, S, n);                                               \
        return e;                                                              \
    }                                                                          \
    static bool id##_is(const struct id##_elem *e, uint64_t n)                 \
    {                                                                          \
        return ring_is(e->byte, S, n);                                         \
    }                                                                          \
    static void id##_start(uint64_t laps)                                      \
    {                                                                          \
        RING_START(id, laps);                                                  \
    }                                                                          \
    static bool id##_push(uint64_t n, bool poll)                               \
    {                                                                          \
        return poll ? id##_poll_push(&id##_q, id##_of(n))                      \
                    : id##_try_push(&id##_q, id##_of(n));                      \
    }                                                                          \
    static bool id##_pop(uint64_t n, bool poll)                                \
    {                                                                          \
        struct id##_elem got = id##_of(n + 1);                                 \
        const bool popped =                                                    \
            poll ? id##_poll_pop(&id##_q, &got) : id##_try_pop(&id##_q, &got); \
                                                                               \
        (void)id##_is(&got, popped ? n : n + 1);                               \
        return popped;                                                         \
    }                                                                          \
    static size_t id##_push_n(uint64_t n, size_t count)                        \
    {                                                                          \
        static struct id##_elem in[RING_BATCH_MAX];                            \
                                                                               \
        for (size_t i = 0; i < count; i++)                                     \
            in[i] = id##_of(n + i);                                            \
        return id##_try_push_n(&id##_q, in, count);                            \
    }                                                                          \
    static size_t id##_pop_n(uint64_t n, size_t count)                         \
    {                                                                          \
        static struct id##_elem out[RING_BATCH_MAX + 1];                       \
        size_t got;                                                            \
                                                                               \
        for (size_t i = 0; i <= count; i++)                                    \
            out[i] = id##_of(~n);                                              \
        got = id##_try_pop_n(&id##_q, out, count);                             \
        for (size_t i = 0; i <= count; i++)                                    \
            (void)id##_is(&out[i], i < got ? n + i : ~n);                      \
        return got;                                                            \
    }                                                                          \
    static bool id##_put(uint64_t n)                                           \
    {                                                                          \
        struct id##_elem *place = id##_try_reserve(&id##_q);                   \
                                                                               \
        if (place == NULL)                                                     \
            return false;                                                      \
        *place = id##_of(n);                                                   \
        id##_commit(&id##_q, place);                                           \
        return true;                                                           \
    }                                                                          \
    static bool id##_take(uint64_t n)                                          \
    {                                                                          \
        struct id##_elem *place = id##_try_peek(&id##_q);                      \
                                                                               \
        if (place == NULL)                                                     \
            return false;                                                      \
        (void)id##_is(place, n);                                               \
        id##_release(&id##_q, place);                                          \
        return true;                                                           \
    }                                                                          \
    static const struct ring_case id##_case = {                                \
        (N),         id##_start, id##_push, id##_pop,                          \
        id##_push_n, id##_pop_n, id##_put,  id##_take,                         \
    };

/* Filled and emptied exactly, by each pair of forms. */
static void
ring_check_forms(const struct ring_case *c)
{
    uint64_t in = 0;
    uint64_t out = 0;

    for (int lap = 0; lap < 6; lap++) {
        const bool poll = lap % 2;
        const bool place = lap % 3 == 2;

        EXPECT_FALSE(place ? c->take(out) : c->pop(out, poll));
        EXPECT_EQ(c->pop_n(out, 2), 0);
        for (uint64_t i = 0; i < c->capacity; i++, in++)
            EXPECT_TRUE(place ? c->put(in) : c->push(in, poll));
        EXPECT_FALSE(place ? c->put(in) : c->push(in, poll));
        EXPECT_EQ(c->push_n(in, 2), 0);
        for (uint64_t i = 0; i < c->capacity; i++, out++)
            EXPECT_TRUE(place ? c->take(out) : c->pop(out, poll));
    }
    EXPECT_EQ(c->push_n(in, 0), 0);
    EXPECT_EQ(c->pop_n(out, 0), 0);
}

/* All forms mixed, at a random level. */
static void
ring_check_mixed(const struct ring_case *c, uint64_t rounds)
{
    const uint64_t most = c->capacity + 3;
    uint64_t state = test_seed();
    uint64_t in = 0;
    uint64_t out = 0;

    while (rounds-- > 0) {
        const uint64_t dice = test_rand(&state);
        const uint64_t n = (dice >> 8) % (most + 1);
        const uint64_t room = c->capacity - (in - out);
        const uint64_t items = in - out;

        switch (dice % 8) {
        case 0:
        case 1:
            EXPECT_EQ(c->push(in, dice & 8), room > 0);
            in += room > 0;
            break;
        case 2:
            EXPECT_EQ(c->put(in), room > 0);
            in += room > 0;
            break;
        case 3:
            EXPECT_EQ(c->push_n(in, n), n < room ? n : room);
            in += n < room ? n : room;
            break;
        case 4:
        case 5:
            EXPECT_EQ(c->pop(out, dice & 8), items > 0);
            out += items > 0;
            break;
        case 6:
            EXPECT_EQ(c->take(out), items > 0);
            out += items > 0;
            break;
        default:
            EXPECT_EQ(c->pop_n(out, n), n < items ? n : items);
            out += n < items ? n : items;
        }
    }
}

static void
ring_check_all(const struct ring_case *c)
{
    c->start(0);
    ring_check_forms(c);
    ring_check_mixed(c, test_rounds(300));
    for (uint64_t laps = 1; laps <= 3; laps++) {
        c->start(laps);
        ring_check_forms(c);
        c->start(laps);
        ring_check_mixed(c, test_rounds(100));
    }
}

#define RING_SIZES(KIND, kind, N)                                              \
    RING_CASES(KIND, kind, N, 1)                                               \
    RING_CASES(KIND, kind, N, 8)                                               \
    RING_CASES(KIND, kind, N, 24)                                              \
    RING_CASES(KIND, kind, N, 57)                                              \
    RING_CASES(KIND, kind, N, 256)

#endif
