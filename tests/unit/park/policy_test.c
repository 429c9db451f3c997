/* SPDX-License-Identifier: MIT */
/*
 * park/policy_test.c - budgets and what a channel learns.
 *
 * Budgets are times; what is tested is what does not depend on the clock:
 * bounds, who never polls, and what is learnt from a sequence of outcomes.
 */
#include "test.h"

#include <unistd.h>

#include "park/policy.h"
#include "park/thread.h"

static void
on_one_cpu(void)
{
    cpu_set_t all;
    cpu_set_t one;
    size_t cpu = 0;

    (void)sched_getaffinity(0, sizeof(all), &all);
    while (!CPU_ISSET(cpu, &all))
        cpu++;
    CPU_ZERO(&one);
    CPU_SET(cpu, &one);
    (void)sched_setaffinity(0, sizeof(one), &one);
}

/* In the child of a fork, which asks for its CPUs anew. */
static void
spin_on_one_cpu(void)
{
    struct wr_learned learned;
    struct wr_spin spin;

    on_one_cpu();
    if (wr_sys_cpus() != 1)
        _exit(1);
    spin = wr_spin_start(1000000000);
    if (wr_spin_more(&spin))
        _exit(2);
    wr_learned_init(&learned);
    for (int i = 0; i < 100; i++)
        if (wr_learned_spin(&learned))
            _exit(3);
    _exit(42);
}

TEST(nobody_spins_on_one_cpu)
{
    EXPECT_EXIT(spin_on_one_cpu(), 42, "");
}

TEST(spin_of_nothing_ends_at_once)
{
    const struct wr_spin spin = wr_spin_start(0);

    EXPECT_FALSE(wr_spin_more(&spin));
}

TEST(spin_ends)
{
    const struct wr_spin spin = wr_spin_start(1000);

    while (wr_spin_more(&spin))
        ;
    EXPECT_FALSE(wr_spin_more(&spin));
}

TEST(spin_for_a_party_is_longer_after_a_brief_sleep)
{
    struct wr_spin usual;
    struct wr_spin longer;

    wr_sys_self()->brief = false;
    usual = wr_spin_for_party();
    wr_sys_self()->brief = true;
    longer = wr_spin_for_party();
    wr_sys_self()->brief = false;
    if (wr_sys_cpus() == 1)
        EXPECT_EQ(longer.budget, 0);
    else
        EXPECT_GT(longer.budget, usual.budget);
}

TEST(spinning_away_lasts_its_time)
{
    const uint64_t start = wr_sys_cycles();

    wr_spin_away(20000);
    EXPECT_GE(wr_sys_cycles() - start, wr_sys_cycles_of_ns(20000));
}

enum { UNIT = 8, MAX_NS = 1200 };

TEST(stream_gets_the_full_gap)
{
    struct wr_learned l;
    uint64_t ticket = 0;

    wr_learned_init(&l);
    for (int i = 0; i < 100; i++) {
        ticket += 100 * UNIT;
        EXPECT_EQ(wr_learned_gap_ns(&l, ticket, UNIT, MAX_NS), MAX_NS);
    }
}

TEST(ping_pong_gets_a_low_gap_but_for_rare_trials)
{
    struct wr_learned l;
    uint64_t ticket = 0;
    unsigned full = 0;

    wr_learned_init(&l);
    for (int i = 0; i < 2000; i++) {
        ticket += UNIT;
        full += wr_learned_gap_ns(&l, ticket, UNIT, MAX_NS) == MAX_NS;
    }
    EXPECT_GE(full, 1);
    EXPECT_LE(full, 20);
}

TEST(gap_of_a_stream_that_becomes_ping_pong_falls)
{
    struct wr_learned l;
    uint64_t ticket = 0;
    uint64_t gap = 0;

    wr_learned_init(&l);
    for (int i = 0; i < 10; i++)
        (void)wr_learned_gap_ns(&l, ticket += 100 * UNIT, UNIT, MAX_NS);
    for (int i = 0; i < 10; i++) {
        gap = wr_learned_gap_ns(&l, ticket += UNIT, UNIT, MAX_NS);
        EXPECT_LE(gap, MAX_NS);
    }
    EXPECT_LT(gap, MAX_NS / 8);
    EXPECT_EQ(wr_learned_gap_ns(&l, ticket + 100 * UNIT, UNIT, MAX_NS), MAX_NS);
}

TEST(gap_is_never_above_its_bound)
{
    uint64_t state = test_seed();

    for (uint64_t max_ns = 0; max_ns < 100; max_ns += 7) {
        struct wr_learned l;
        uint64_t ticket = test_rand(&state);

        wr_learned_init(&l);
        for (int i = 0; i < 300; i++) {
            ticket += test_rand(&state) % 20 * UNIT;
            EXPECT_LE(wr_learned_gap_ns(&l, ticket, UNIT, max_ns), max_ns);
        }
    }
}

TEST(spinning_that_never_pays_becomes_rare_and_never_stops)
{
    struct wr_learned l;
    unsigned spins = 0;

    if (wr_sys_cpus() == 1)
        TEST_SKIP("one CPU: nobody spins");
    wr_learned_init(&l);
    EXPECT_TRUE(wr_learned_spin(&l));
    for (int i = 0; i < 2000; i++)
        spins += wr_learned_spin(&l);
    EXPECT_GE(spins, 50);
    EXPECT_LE(spins, 250);
    spins = 0;
    for (int i = 0; i < 32; i++)
        spins += wr_learned_spin(&l);
    EXPECT_GE(spins, 1);
    wr_learned_spin_paid(&l);
    EXPECT_TRUE(wr_learned_spin(&l));
    EXPECT_TRUE(wr_learned_spin(&l));
}

/* A wait that `moved` tickets led to: whether it may yield. */
static bool
yields_after(struct wr_learned *l, uint64_t *ticket, uint64_t moved)
{
    *ticket += moved * UNIT;
    (void)wr_learned_gap_ns(l, *ticket, UNIT, MAX_NS);
    return wr_learned_yield(l);
}

TEST(one_cpu_yields_after_a_turn_and_when_nothing_else_helps)
{
    struct wr_learned l;
    uint64_t ticket = 0;
    unsigned tried = 0;

    if (wr_sys_cpus() > 1)
        TEST_SKIP("more than one CPU");
    wr_learned_init(&l);
    EXPECT_TRUE(yields_after(&l, &ticket, 100));
    EXPECT_FALSE(yields_after(&l, &ticket, 0));
    EXPECT_FALSE(yields_after(&l, &ticket, 1));
    EXPECT_TRUE(yields_after(&l, &ticket, 100));
    wr_learned_yield_paid(&l);
    for (int i = 0; i < 1000; i++)
        tried += yields_after(&l, &ticket, 1);
    EXPECT_GT(tried, 10);  /* now and then ... */
    EXPECT_LT(tried, 100); /* ... as they do not pay */
}

TEST(one_cpu_never_yields_for_a_tiny_ring)
{
    struct wr_learned l;

    if (wr_sys_cpus() > 1)
        TEST_SKIP("more than one CPU");
    wr_learned_init(&l);
    for (uint64_t i = 0; i < 100; i++) {
        (void)wr_learned_gap_ns(&l, i * UNIT, UNIT, 8);
        EXPECT_FALSE(wr_learned_yield(&l));
    }
}
