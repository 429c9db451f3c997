/* SPDX-License-Identifier: MIT */
/* queue/cpu_test.c - the contract of arch/<cpu>/cpu.h (docs/porting.md). */
#include "test.h"

#include <weir/cpu.h>

TEST(separation_is_a_multiple_of_the_line)
{
    EXPECT_GE(WEIR_CACHE_LINE, 32);
    EXPECT_EQ(WEIR_CACHE_LINE & (WEIR_CACHE_LINE - 1), 0);
    EXPECT_GE(WEIR_SEPARATION, WEIR_CACHE_LINE);
    EXPECT_EQ(WEIR_SEPARATION % WEIR_CACHE_LINE, 0);
    EXPECT_EQ(WEIR_SEPARATION & (WEIR_SEPARATION - 1), 0);
}

static void
pin(void)
{
    cpu_set_t set;
    size_t cpu = 0;

    ASSERT_EQ(sched_getaffinity(0, sizeof(set), &set), 0);
    while (!CPU_ISSET(cpu, &set))
        cpu++;
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
    ASSERT_EQ(sched_setaffinity(0, sizeof(set), &set), 0);
}

TEST(cycles_move_and_never_go_back_on_one_cpu)
{
    cpu_set_t before;
    uint64_t last;
    const uint64_t start = weir_cpu_cycles();

    ASSERT_EQ(sched_getaffinity(0, sizeof(before), &before), 0);
    pin();
    last = weir_cpu_cycles();
    for (int i = 0; i < 100000; i++) {
        const uint64_t now = weir_cpu_cycles();

        if (now < last) {
            EXPECT_GE(now, last);
            break;
        }
        last = now;
    }
    TEST_AWAIT(weir_cpu_cycles() > start);
    ASSERT_EQ(sched_setaffinity(0, sizeof(before), &before), 0);
}

TEST(relax_returns_and_prefetch_changes_nothing)
{
    uint64_t word = 7;

    for (int i = 0; i < 1000; i++)
        weir_cpu_relax();
    weir_cpu_prefetch_write(&word);
    EXPECT_EQ(word, 7);
    weir_cpu_prefetch_write(NULL); /* a hint: no fault */
}
