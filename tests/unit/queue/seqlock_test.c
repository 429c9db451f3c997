/* SPDX-License-Identifier: MIT */
/* queue/seqlock_test.c - the sequence lock: values of every size, no torn read,
 * a writer inside. */
#include "test.h"

#include <weir/seqlock.h>

#define SIZE(S)                                                                \
    struct elem##S {                                                           \
        unsigned char byte[S];                                                 \
    };                                                                         \
    WEIR_SEQLOCK(cell##S, struct elem##S);                                     \
    static struct elem##S of##S(uint64_t n) {                                  \
        struct elem##S e;                                                      \
                                                                               \
        for (unsigned i = 0; i < (S); i++)                                     \
            e.byte[i] = (unsigned char)(n * 31 + i * 7);                       \
        return e;                                                              \
    } TEST(value_of_##S##_bytes_is_what_was_written)                           \
    {                                                                          \
        static cell##S q;                                                      \
        struct elem##S got;                                                    \
        struct elem##S due;                                                    \
                                                                               \
        EXPECT_EQ(sizeof(q.words), ((S) + 7) / 8 * 8);                         \
        cell##S##_init(&q, of##S(0));                                          \
        for (uint64_t i = 0; i < 20; i++) {                                    \
            due = of##S(i);                                                    \
            EXPECT_TRUE(cell##S##_try_read(&q, &got));                         \
            EXPECT_MEMEQ(&got, &due, S);                                       \
            cell##S##_write(&q, of##S(i + 1));                                 \
        }                                                                      \
        cell##S##_read(&q, &got);                                              \
        due = of##S(20);                                                       \
        EXPECT_MEMEQ(&got, &due, S);                                           \
    }

SIZE(1)
SIZE(2)
SIZE(7)
SIZE(8)
SIZE(9)
SIZE(16)
SIZE(57)
SIZE(100)
SIZE(256)

TEST(try_read_says_no_beside_a_writer_and_leaves_the_value)
{
    static cell9 q;
    struct elem9 got = of9(7);
    const struct elem9 due = of9(7);
    uint64_t odd;

    cell9_init(&q, of9(1));
    odd = weir_seqlock_begin_write(&q.sequence);
    EXPECT_FALSE(cell9_try_read(&q, &got));
    EXPECT_MEMEQ(&got, &due, 9);
    weir_seqlock_end_write(&q.sequence, odd);
    EXPECT_TRUE(cell9_try_read(&q, &got));
}

TEST(sequence_may_wrap)
{
    static cell9 q;
    struct elem9 got;

    cell9_init(&q, of9(0));
    weir_store_rlx(&q.sequence, 0 - (uint64_t)4);
    for (uint64_t i = 0; i < 5; i++) {
        const struct elem9 due = of9(i);

        cell9_write(&q, due);
        EXPECT_TRUE(cell9_try_read(&q, &got));
        EXPECT_MEMEQ(&got, &due, 9);
    }
}

/* --- threads -------------------------------------------------------------- */

enum { WRITERS = 2, READERS = 2 };

struct value {
    uint64_t writer, number, check[5];
};

WEIR_SEQLOCK(shared, struct value);

static shared cell;
static WEIR_ATOMIC(uint32_t) writing;

static void
write_values(unsigned writer, uint64_t rounds)
{
    for (uint64_t i = 1; i <= rounds; i++) {
        struct value v = { writer, i, { 0 } };
        uint64_t state = i << 8 | writer;

        for (int k = 0; k < 5; k++)
            v.check[k] = test_rand(&state);
        shared_write(&cell, v);
        if (i % 64 == 0)
            (void)sched_yield();
    }
    (void)weir_fetch_sub_rlx(&writing, 1u);
}

static void
read_values(void)
{
    uint64_t last[WRITERS] = { 0 };

    while (weir_load_rlx(&writing) > 0) {
        struct value v;
        uint64_t state;

        shared_read(&cell, &v);
        ASSERT_TRUE(v.writer < WRITERS);
        state = v.number << 8 | v.writer;
        for (int k = 0; k < 5 && v.number > 0; k++)
            EXPECT_TRUE(v.check[k] == test_rand(&state));
        EXPECT_GE(v.number, last[v.writer]);
        last[v.writer] = v.number;
    }
}

static void
member(void *arg, unsigned index)
{
    if (index < WRITERS)
        write_values(index, *(const uint64_t *)arg);
    else
        read_values();
}

TEST(no_read_is_torn_and_none_goes_back)
{
    const struct value nothing = { 0, 0, { 0 } };
    uint64_t rounds = test_rounds(20000);

    shared_init(&cell, nothing);
    weir_store_rlx(&writing, (uint32_t)WRITERS);
    test_threads(WRITERS + READERS, member, &rounds);
    EXPECT_EQ(weir_load_rlx(&cell.sequence), 2 * (WRITERS * rounds + 1));
}
