/* SPDX-License-Identifier: MIT */
/*
 * lin/run_test.c - the scenario runner passes a right channel and ring and
 * catches wrong ones.
 *
 * A wrong one is run until it is caught; the bound on the rounds is some
 * hundred times what each needs.
 */
#include "../test.h"

#include <stdio.h>

#include "ref_chan.h"
#include "ref_ring.h"

enum { RIGHT_ROUNDS = 3000, WRONG_ROUNDS = 300000 };

static struct lin_options
options_of(uint64_t rounds)
{
    return (struct lin_options){ .seed = test_seed(), .rounds = rounds };
}

static void
pass_channel(unsigned capacity)
{
    struct lin_options options = options_of(test_rounds(RIGHT_ROUNDS));
    struct chan_drive_result result =
        chan_drive(ref_chan_ops(REF_RIGHT), capacity, &options, stdout);

    EXPECT_FALSE(result.failed);
    EXPECT_EQ(result.rounds, options.rounds);
    /* The scenarios reach every outcome, or they prove little. */
    EXPECT_GT(result.ok, 0);
    EXPECT_GT(result.closed, 0);
    EXPECT_GT(result.again, 0);
    EXPECT_GT(result.timeout, 0);
}

TEST(channel_of_0_passes)
{
    pass_channel(0);
}

TEST(channel_of_1_passes)
{
    pass_channel(1);
}

TEST(channel_of_2_passes)
{
    pass_channel(2);
}

TEST(channel_of_4_passes)
{
    pass_channel(4);
}

static void
catch_channel(enum ref_bug bug)
{
    struct lin_options options = options_of(WRONG_ROUNDS);
    struct chan_drive_result result =
        chan_drive(ref_chan_ops(bug), ref_bug_capacity(bug), &options, NULL);

    EXPECT_TRUE(result.failed);
    printf("# caught after %ju rounds\n", (uintmax_t)result.rounds);
}

#define CATCH_CHANNEL(name, bug)                                               \
    TEST(channel_that_##name##_is_caught)                                      \
    {                                                                          \
        catch_channel(bug);                                                    \
    }

CATCH_CHANNEL(says_empty_by_a_stale_count, REF_STALE_EMPTY)
CATCH_CHANNEL(says_full_by_a_stale_count, REF_STALE_FULL)
CATCH_CHANNEL(has_a_stale_length, REF_STALE_LEN)
CATCH_CHANNEL(gives_the_last_first, REF_LIFO)
CATCH_CHANNEL(gives_one_twice, REF_TWICE)
CATCH_CHANNEL(tears_messages, REF_TORN)
CATCH_CHANNEL(holds_one_more, REF_ONE_MORE)
CATCH_CHANNEL(takes_at_a_timeout, REF_TIMEOUT_TAKES)
CATCH_CHANNEL(sends_at_a_timeout, REF_TIMEOUT_SENDS)
CATCH_CHANNEL(does_not_look_after_the_deadline, REF_TIMEOUT_BLIND)
CATCH_CHANNEL(is_closed_before_it_is_drained, REF_CLOSED_EARLY)
CATCH_CHANNEL(sends_after_close, REF_CLOSED_LATE)
CATCH_CHANNEL(drops_at_close, REF_CLOSE_DROPS)
CATCH_CHANNEL(closes_twice, REF_CLOSE_TWICE)
CATCH_CHANNEL(does_not_zero_fill, REF_CLOSED_DIRTY)
CATCH_CHANNEL(is_a_buffer_at_capacity_0, REF_NO_RENDEZVOUS)

/* --- rings ---------------------------------------------------------------- */

TEST(rings_that_are_right_pass)
{
    for (unsigned capacity = 1; capacity <= 4; capacity++) {
        struct lin_options options = options_of(test_rounds(RIGHT_ROUNDS));
        struct ring_drive_result result = ring_drive(
            ref_ring_ops(REF_RING_RIGHT), capacity, &options, stdout);

        EXPECT_FALSE(result.failed);
        EXPECT_EQ(result.rounds, options.rounds);
        EXPECT_GT(result.empty, 0);
        EXPECT_GT(result.full, 0);
    }
}

static void
catch_ring(enum ref_ring_bug bug, unsigned capacity)
{
    struct lin_options options = options_of(WRONG_ROUNDS);
    struct ring_drive_result result =
        ring_drive(ref_ring_ops(bug), capacity, &options, NULL);

    EXPECT_TRUE(result.failed);
    printf("# caught after %ju rounds\n", (uintmax_t)result.rounds);
}

TEST(ring_that_says_empty_by_the_stamp_is_caught)
{
    catch_ring(REF_RING_STAMP_EMPTY, 2);
}

TEST(ring_that_says_full_by_the_stamp_is_caught)
{
    catch_ring(REF_RING_STAMP_FULL, 2);
}

TEST(ring_that_frees_a_slot_before_it_reads_is_caught)
{
    catch_ring(REF_RING_FREE_EARLY, 1);
}
