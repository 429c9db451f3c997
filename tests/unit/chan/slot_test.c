/* SPDX-License-Identifier: MIT */
/* chan/slot_test.c - waiting for a stamp. */
#include "test.h"

#include "chan/chan.h"
#include "park/thread.h"

struct stamped {
    weir_chan *ch;
    char *slot;
    uint64_t want;
    WEIR_ATOMIC(int) returned;
};

static void
await(void *arg)
{
    struct stamped *s = arg;

    wr_slot_await(s->slot, s->want);
    weir_store_rel(&s->returned, 1);
}

TEST(stamp_that_is_there_or_passed_is_not_waited_for)
{
    weir_chan *ch = weir_chan_make(8, 2);
    char *slot = weir_ring_slot(ch->shape, ch->slots, WEIR_RING_STEP);

    wr_slot_await(slot, WEIR_RING_STEP);
    weir_ring_publish(slot, WEIR_RING_STEP | WEIR_RING_FULL);
    wr_slot_await(slot, WEIR_RING_STEP);
    wr_slot_await(slot, WEIR_RING_STEP | WEIR_RING_FULL);
    weir_chan_free(ch);
}

TEST(stamp_that_is_missing_is_slept_for)
{
    weir_chan *ch = weir_chan_make(8, 1);
    struct stamped s = { .ch = ch, .slot = ch->slots, .want = WEIR_RING_FULL };
    struct test_thread thread;

    test_thread_start(&thread, await, &s);
    test_thread_await_asleep(&thread);
    EXPECT_EQ(weir_load_acq(&s.returned), 0);
    weir_ring_publish(s.slot, WEIR_RING_FULL);
    test_thread_join(&thread);
    EXPECT_EQ(weir_load_acq(&s.returned), 1);
    weir_chan_free(ch);
}

/* For a while only, and less and less often. */
TEST(spinning_and_yielding_for_nothing_ends)
{
    weir_chan *ch = weir_chan_make(8, 1);

    for (int i = 0; i < 100; i++) {
        EXPECT_FALSE(wr_slot_spin(ch, &ch->receive, ch->slots, WEIR_RING_FULL));
        EXPECT_FALSE(wr_slot_yield(&ch->receive, ch->slots, WEIR_RING_FULL));
    }
    weir_chan_free(ch);
}

TEST(spinning_and_yielding_see_the_stamp)
{
    weir_chan *ch;

    if (wr_sys_cpus() == 1)
        TEST_SKIP("nobody spins on one CPU");
    ch = weir_chan_make(8, 1);
    weir_ring_publish(ch->slots, WEIR_RING_FULL);
    /* Yields that a slice lost in an earlier test would leave out. */
    wr_sys_self()->yields_to_leave_out = 0;
    EXPECT_TRUE(wr_slot_spin(ch, &ch->receive, ch->slots, WEIR_RING_FULL));
    EXPECT_TRUE(wr_slot_yield(&ch->receive, ch->slots, WEIR_RING_FULL));
    weir_chan_free(ch);
}
