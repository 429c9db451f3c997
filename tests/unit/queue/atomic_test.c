/* SPDX-License-Identifier: MIT */
/* queue/atomic_test.c - every access does what its name says. */
#include "test.h"

#include <weir/atomic.h>

_Static_assert(sizeof(WEIR_ATOMIC(uint8_t)) == 1 &&
                   sizeof(WEIR_ATOMIC(uint16_t)) == 2 &&
                   sizeof(WEIR_ATOMIC(uint32_t)) == 4 &&
                   sizeof(WEIR_ATOMIC(uint64_t)) == 8 &&
                   sizeof(WEIR_ATOMIC(void *)) == 8,
               "an atomic field is as large as its type");
_Static_assert(_Alignof(WEIR_ATOMIC(uint64_t)) == _Alignof(uint64_t),
               "and aligned like it");

static WEIR_ATOMIC(uint64_t) a64;
static WEIR_ATOMIC(uint32_t) a32;

TEST(loads_and_stores)
{
    weir_store_rlx(&a64, UINT64_MAX);
    EXPECT_TRUE(weir_load_rlx(&a64) == UINT64_MAX);
    weir_store_rel(&a64, 5u);
    EXPECT_EQ(weir_load_acq(&a64), 5);
    EXPECT_EQ(weir_load_sc(&a64), 5);
    weir_store_rlx(&a32, UINT32_MAX);
    EXPECT_EQ(weir_load_acq(&a32), UINT32_MAX);
}

#define EXPECT_EXCHANGE(order)                                                 \
    do {                                                                       \
        weir_store_rlx(&a64, 5u);                                              \
        EXPECT_EQ(weir_xchg_##order(&a64, 6u), 5);                             \
        EXPECT_EQ(weir_load_rlx(&a64), 6);                                     \
    } while (0)

TEST(exchanges_return_the_old_value)
{
    EXPECT_EXCHANGE(rlx);
    EXPECT_EXCHANGE(acq);
    EXPECT_EXCHANGE(rel);
    EXPECT_EXCHANGE(acqrel);
    EXPECT_EXCHANGE(sc);
}

#define EXPECT_SWAP(order)                                                     \
    do {                                                                       \
        uint64_t found = 5;                                                    \
                                                                               \
        weir_store_rlx(&a64, 5u);                                              \
        EXPECT_TRUE(weir_cas_##order(&a64, &found, 6u));                       \
        EXPECT_EQ(found, 5);                                                   \
        EXPECT_EQ(weir_load_rlx(&a64), 6);                                     \
        EXPECT_FALSE(weir_cas_##order(&a64, &found, 7u));                      \
        EXPECT_EQ(found, 6);                                                   \
        EXPECT_EQ(weir_load_rlx(&a64), 6);                                     \
    } while (0)

TEST(strong_swaps_succeed_or_say_what_they_found)
{
    EXPECT_SWAP(rlx);
    EXPECT_SWAP(acq);
    EXPECT_SWAP(rel);
    EXPECT_SWAP(acqrel);
    EXPECT_SWAP(sc);
}

#define EXPECT_WEAK_SWAP(order)                                                \
    do {                                                                       \
        uint64_t found = 5;                                                    \
                                                                               \
        weir_store_rlx(&a64, 5u);                                              \
        while (!weir_cas_weak_##order(&a64, &found, 6u))                       \
            EXPECT_EQ(found, 5); /* failed for no reason */                    \
        EXPECT_EQ(weir_load_rlx(&a64), 6);                                     \
        EXPECT_FALSE(weir_cas_weak_##order(&a64, &found, 7u));                 \
        EXPECT_EQ(found, 6);                                                   \
    } while (0)

TEST(weak_swaps_succeed_in_the_end)
{
    EXPECT_WEAK_SWAP(rlx);
    EXPECT_WEAK_SWAP(acq);
    EXPECT_WEAK_SWAP(rel);
    EXPECT_WEAK_SWAP(acqrel);
}

#define EXPECT_FETCHES(order)                                                  \
    do {                                                                       \
        weir_store_rlx(&a64, 12u);                                             \
        EXPECT_EQ(weir_fetch_add_##order(&a64, 3u), 12);                       \
        EXPECT_EQ(weir_fetch_sub_##order(&a64, 5u), 15);                       \
        EXPECT_EQ(weir_fetch_or_##order(&a64, 1u), 10);                        \
        EXPECT_EQ(weir_fetch_and_##order(&a64, 3u), 11);                       \
        EXPECT_EQ(weir_load_rlx(&a64), 3);                                     \
    } while (0)

TEST(fetches_return_the_old_value)
{
    EXPECT_FETCHES(rlx);
    EXPECT_FETCHES(acq);
    EXPECT_FETCHES(rel);
    EXPECT_FETCHES(acqrel);
}

TEST(pointers_and_copies)
{
    static WEIR_ATOMIC(const char *) cell;
    const char *found = NULL;
    char to[6] = "xxxxx";

    weir_store_rel(&cell, NULL);
    EXPECT_TRUE(weir_cas_acqrel(&cell, &found, "hello"));
    weir_copy(to, weir_load_acq(&cell), 5);
    EXPECT_STREQ(to, "hello");
    weir_fence_sc();
}

/* Message passing: a plain value behind a release and an acquire. */
static uint64_t payload;

static void
pass_message(void *arg, unsigned index)
{
    const uint64_t rounds = *(const uint64_t *)arg;

    for (uint64_t i = 1; i <= rounds; i++) {
        if (index == 0) {
            payload = i;
            weir_store_rel(&a64, i);
            TEST_AWAIT(weir_load_acq(&a32) == (uint32_t)i);
        } else {
            TEST_AWAIT(weir_load_acq(&a64) == i);
            EXPECT_EQ(payload, i);
            weir_store_rel(&a32, (uint32_t)i);
        }
    }
}

TEST(release_and_acquire_pass_a_message)
{
    uint64_t rounds = test_rounds(10000);

    weir_store_rlx(&a64, 0u);
    weir_store_rlx(&a32, 0u);
    test_threads(2, pass_message, &rounds);
}

/* Store buffering: with SC at least one of two sees the other. */
static WEIR_ATOMIC(uint32_t) flags[2];
static uint32_t saw[2];
static pthread_barrier_t both;

static void
dekker(void *arg, unsigned index)
{
    const uint64_t rounds = *(const uint64_t *)arg;

    for (uint64_t i = 0; i < rounds; i++) {
        weir_store_rlx(&flags[index], 0u);
        (void)pthread_barrier_wait(&both);
        if (i % 2) {
            (void)weir_xchg_sc(&flags[index], 1u);
            saw[index] = weir_load_sc(&flags[!index]);
        } else {
            weir_store_rlx(&flags[index], 1u);
            weir_fence_sc();
            saw[index] = weir_load_rlx(&flags[!index]);
        }
        (void)pthread_barrier_wait(&both);
        EXPECT_TRUE(saw[0] || saw[1]);
        (void)pthread_barrier_wait(&both);
    }
}

TEST(sequential_consistency_orders_store_before_load)
{
    uint64_t rounds = test_rounds(2000);

    ASSERT_EQ(pthread_barrier_init(&both, NULL, 2), 0);
    test_threads(2, dekker, &rounds);
    (void)pthread_barrier_destroy(&both);
}

static void
add_and_flip(void *arg, unsigned index)
{
    const uint64_t rounds = *(const uint64_t *)arg;

    for (uint64_t i = 0; i < rounds; i++) {
        uint64_t found = weir_load_rlx(&a64);

        (void)weir_fetch_add_rlx(&a32, 1u);
        while (!weir_cas_weak_acqrel(&a64, &found, found + index + 1))
            ;
    }
}

TEST(no_update_is_lost)
{
    uint64_t rounds = test_rounds(50000);

    weir_store_rlx(&a64, 0u);
    weir_store_rlx(&a32, 0u);
    test_threads(2, add_and_flip, &rounds);
    EXPECT_EQ(weir_load_rlx(&a32), (uint32_t)(2 * rounds));
    EXPECT_EQ(weir_load_rlx(&a64), 3 * rounds);
}
