/* SPDX-License-Identifier: MIT */
/*
 * queue/scq_test.c - the strictly lock-free ring: exact alone, tickets near
 * the end of their 64 bits, threads, a handler inside a call, and threads that
 * never come back from one.
 */
#include "test.h"

#include <signal.h>

#include <weir/scq.h>

struct check {
    uint64_t capacity;
    bool (*push)(uint64_t n);
    bool (*pop)(uint64_t n);
};

static void
check_scq(const struct check *c)
{
    uint64_t state = test_seed();
    uint64_t in = 0;
    uint64_t out = 0;

    for (int lap = 0; lap < 5; lap++) {
        EXPECT_FALSE(c->pop(out));
        for (uint64_t i = 0; i < c->capacity; i++, in++)
            EXPECT_TRUE(c->push(in));
        EXPECT_FALSE(c->push(in));
        for (uint64_t i = 0; i < c->capacity; i++, out++)
            EXPECT_TRUE(c->pop(out));
    }
    /* In vain for longer than any patience. */
    for (uint64_t i = 0; i < 10 * c->capacity + 500; i++)
        EXPECT_FALSE(c->pop(out));
    for (uint64_t i = test_rounds(2000); i > 0; i--) {
        const bool room = in - out < c->capacity;
        const bool item = in != out;

        if (test_rand(&state) & 1) {
            EXPECT_EQ(c->push(in), room);
            in += room;
        } else {
            EXPECT_EQ(c->pop(out), item);
            out += item;
        }
    }
}

/* Both rings as they are when all tickets below `first` have come and gone. */
static void
start_ring(weir_scq_shape shape, weir_scq_ring *ring,
           WEIR_ATOMIC(uint64_t) *entries, uint64_t first, uint64_t places)
{
    const uint64_t none = weir_scq_none(shape);

    weir_store_rlx(&ring->head.word, first);
    weir_store_rlx(&ring->tail.word, first);
    weir_store_rlx(&ring->threshold.word, UINT64_MAX);
    for (uint64_t i = 0; i <= none; i++)
        weir_store_rlx(&entries[i], weir_scq_cycle(shape, first - none - 1) |
                                        weir_scq_safe(shape) | none);
    for (uint64_t i = 0; i < places; i++)
        weir_scq_put(shape, ring, entries, i);
}

#define SCQ(N, S)                                                              \
    struct elem_##N##_##S {                                                    \
        unsigned char byte[S];                                                 \
    };                                                                         \
    WEIR_SCQ(scq_##N##_##S, struct elem_##N##_##S, N);                         \
    static scq_##N##_##S q_##N##_##S;                                          \
    static struct elem_##N##_##S of_##N##_##S(uint64_t n) {                    \
        struct elem_##N##_##S e;                                               \
                                                                               \
        for (unsigned i = 0; i < (S); i++)                                     \
            e.byte[i] = (unsigned char)(n * 31 + i * 7);                       \
        return e;                                                              \
    } static bool push_##N##_##S(uint64_t n)                                   \
    {                                                                          \
        return scq_##N##_##S##_try_push(&q_##N##_##S, of_##N##_##S(n));        \
    }                                                                          \
    static bool pop_##N##_##S(uint64_t n)                                      \
    {                                                                          \
        struct elem_##N##_##S got = of_##N##_##S(n + 1);                       \
        const bool popped = scq_##N##_##S##_try_pop(&q_##N##_##S, &got);       \
        const struct elem_##N##_##S due = of_##N##_##S(popped ? n : n + 1);    \
                                                                               \
        EXPECT_MEMEQ(&got, &due, S);                                           \
        return popped;                                                         \
    }                                                                          \
    TEST(scq_of_##N##_elements_of_##S##_bytes)                                 \
    {                                                                          \
        const weir_scq_shape shape = scq_##N##_##S##_shape_();                 \
        const struct check c = { (N), push_##N##_##S, pop_##N##_##S };         \
                                                                               \
        EXPECT_EQ((uint64_t)1 << shape.bits, WEIR_SCQ_ENTRIES(N));             \
        scq_##N##_##S##_init(&q_##N##_##S);                                    \
        check_scq(&c);                                                         \
        for (uint64_t cycles = 1; cycles <= 3; cycles++) {                     \
            /* half way, where cycles wrap, and at the very end */             \
            const uint64_t first = (cycles % 2 ? (uint64_t)1 << 63 : 0) -      \
                                   cycles * WEIR_SCQ_ENTRIES(N);               \
                                                                               \
            start_ring(shape, &q_##N##_##S.used_places,                        \
                       q_##N##_##S.used_entries, first, 0);                    \
            start_ring(shape, &q_##N##_##S.free_places,                        \
                       q_##N##_##S.free_entries, first, (N));                  \
            check_scq(&c);                                                     \
        }                                                                      \
    }

SCQ(1, 1)
SCQ(1, 256)
SCQ(2, 8)
SCQ(3, 57)
SCQ(63, 4)
SCQ(64, 8)
SCQ(65, 24)
SCQ(100, 16)

TEST(entries_hold_every_place_and_every_thread)
{
    EXPECT_EQ(WEIR_SCQ_ENTRIES(1), 2 * WEIR_SCQ_THREADS);
    EXPECT_EQ(WEIR_SCQ_ENTRIES(WEIR_SCQ_THREADS), 2 * WEIR_SCQ_THREADS);
    EXPECT_EQ(WEIR_SCQ_ENTRIES(WEIR_SCQ_THREADS + 1), 4 * WEIR_SCQ_THREADS);
    EXPECT_EQ(WEIR_SCQ_ENTRIES(1 << 24), 1 << 25);
}

TEST(every_ticket_of_a_cycle_has_an_entry_of_its_own)
{
    for (unsigned bits = 1; bits <= 12; bits++) {
        const weir_scq_shape shape = { bits };
        bool taken[1 << 12] = { false };

        for (uint64_t t = 0; t < (uint64_t)1 << bits; t++) {
            const uint64_t at = weir_scq_spot(shape, t + (77ull << bits));

            ASSERT_TRUE(at < (uint64_t)1 << bits && !taken[at]);
            taken[at] = true;
        }
    }
}

/* --- threads -------------------------------------------------------------- */

struct message {
    uint64_t producer;
    uint64_t number;
    uint64_t sum;
};

enum { SIDES = 3 };

WEIR_SCQ(stream, struct message, 5);

static stream pipe_q;
static WEIR_ATOMIC(uint64_t) received;

static void
produce(unsigned index, uint64_t each)
{
    for (uint64_t i = 1; i <= each; i++) {
        const struct message m = { index, i, index + 3 * i };

        TEST_AWAIT(stream_try_push(&pipe_q, m));
    }
}

static void
consume(uint64_t all)
{
    uint64_t last[SIDES] = { 0 };
    struct message m;

    while (weir_load_rlx(&received) < all) {
        if (!stream_try_pop(&pipe_q, &m)) {
            (void)sched_yield();
            continue;
        }
        (void)weir_fetch_add_rlx(&received, 1u);
        ASSERT_TRUE(m.producer < SIDES);
        EXPECT_EQ(m.sum, m.producer + 3 * m.number);
        EXPECT_GT(m.number, last[m.producer]);
        last[m.producer] = m.number;
    }
}

static void
member(void *arg, unsigned index)
{
    const uint64_t each = *(const uint64_t *)arg;

    if (index < SIDES)
        produce(index, each);
    else
        consume(each * SIDES);
}

static void
run_stream(void)
{
    uint64_t each = test_rounds(20000);

    weir_store_rlx(&received, 0u);
    test_threads(2 * SIDES, member, &each);
    EXPECT_EQ(weir_load_rlx(&received), each * SIDES);
    EXPECT_FALSE(stream_try_pop(&pipe_q, &(struct message){ 0, 0, 0 }));
}

TEST(threads_stream_in_order)
{
    stream_init(&pipe_q);
    run_stream();
}

/* Parties that have stopped for good, one at each step of a call. */
TEST(threads_go_on_beside_calls_that_never_return)
{
    const weir_scq_shape shape = stream_shape_();

    stream_init(&pipe_q);
    /* has drawn a ticket to take a free place; and one that took it; to put it
     * back; to put a message; to take one */
    (void)weir_scq_draw_head(&pipe_q.free_places);
    (void)weir_scq_take(shape, &pipe_q.free_places, pipe_q.free_entries);
    (void)weir_scq_draw_tail(&pipe_q.free_places);
    (void)weir_scq_draw_tail(&pipe_q.used_places);
    (void)weir_scq_draw_head(&pipe_q.used_places);
    run_stream();
}

/* Crossbeam's probe of linearizability: T threads, each pushes one and must
 * then find one. */
WEIR_SCQ(tickets, int64_t, 3);

static tickets probe;

static void
push_then_pop(void *arg, unsigned index)
{
    const uint64_t rounds = *(const uint64_t *)arg;
    int64_t got;

    for (uint64_t i = 0; i < rounds; i++) {
        EXPECT_TRUE(tickets_try_push(&probe, (int64_t)index));
        EXPECT_TRUE(tickets_try_pop(&probe, &got));
    }
}

TEST(empty_is_exact_among_threads)
{
    uint64_t rounds = test_rounds(20000);

    tickets_init(&probe);
    test_threads(3, push_then_pop, &rounds);
}

/* --- a signal handler ----------------------------------------------------- */

WEIR_SCQ(signals, int, 64);

static signals both;
static WEIR_ATOMIC(int) handled;
static WEIR_ATOMIC(bool) over;
static pthread_t target;

static void
push_and_pop(int number)
{
    int got = 0;

    if (!signals_try_push(&both, number) || !signals_try_pop(&both, &got))
        (void)weir_fetch_or_rlx(&handled, 1 << 30);
    (void)weir_fetch_add_rlx(&handled, 1);
}

static void
send_signals(void *arg)
{
    const uint64_t rounds = *(const uint64_t *)arg;

    for (uint64_t i = 1; i <= rounds; i++) {
        (void)pthread_kill(target, SIGUSR1);
        TEST_AWAIT(weir_load_rlx(&handled) >= (int)i);
    }
    weir_store_rlx(&over, true);
}

TEST(signal_handler_may_interrupt_a_call_on_the_same_ring)
{
    uint64_t rounds = test_rounds(200);
    struct test_thread sender;
    int got;

    signals_init(&both);
    target = pthread_self();
    ASSERT_TRUE(signal(SIGUSR1, push_and_pop) != SIG_ERR);
    test_thread_start(&sender, send_signals, &rounds);
    while (!weir_load_rlx(&over)) {
        EXPECT_TRUE(signals_try_push(&both, 1));
        EXPECT_TRUE(signals_try_pop(&both, &got));
    }
    test_thread_join(&sender);
    (void)signal(SIGUSR1, SIG_DFL);
    EXPECT_EQ(weir_load_rlx(&handled), rounds);
    EXPECT_FALSE(signals_try_pop(&both, &got));
}
