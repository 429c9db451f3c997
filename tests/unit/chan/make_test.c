/* SPDX-License-Identifier: MIT */
/*
 * chan/make_test.c - options, and the life of a channel.
 *
 * What make refuses for want of memory: chan_test.c, memory_test.c.
 */
#include "test.h"

#include "chan/chan.h"

/* Whether the library itself sees a channel that is gone; a sanitizer does so
 * in its own words. */
#if defined(NDEBUG) || TEST_SANITIZED
#define SEES_THE_DEAD 0
#else
#define SEES_THE_DEAD 1
#endif

TEST(options_of_zero_are_no_options)
{
    const weir_chan_options none = { .on_full = WEIR_FULL_BLOCK };
    weir_chan *ch[3] = { weir_chan_make(8, 2), weir_chan_make_with(8, 2, NULL),
                         weir_chan_make_with(8, 2, &none) };

    for (int i = 0; i < 3; i++) {
        ASSERT_NOT_NULL(ch[i]);
        EXPECT_EQ(ch[i]->special, 0);
        EXPECT_EQ(ch[i]->fast_bytes, 8);
        EXPECT_PTR_EQ(ch[i]->slots, (char *)(ch[i] + 1));
        weir_chan_free(ch[i]);
    }
}

TEST(options_that_contradict_each_other_are_refused)
{
    weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST };

    EXPECT_NULL(weir_chan_make_with(8, 0, &o));
    o.on_full = -1;
    EXPECT_NULL(weir_chan_make_with(8, 1, &o));
    o.on_full = 3;
    EXPECT_NULL(weir_chan_make_with(8, 1, &o));
    o = (weir_chan_options){ .quota = 5 };
    EXPECT_NULL(weir_chan_make_with(8, 1, &o));
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        o = (weir_chan_options){ .on_full = mode };
        EXPECT_NULL(weir_chan_make_with(8, WEIR_UNBOUNDED, &o));
    }
    o = (weir_chan_options){ .quota = ((size_t)1 << 40) + 1 };
    EXPECT_NULL(weir_chan_make_with(8, WEIR_UNBOUNDED, &o));
}

/* The first look finds nothing, whatever the tickets are. */
TEST(unbounded_channel_has_one_stamp_that_fits_nobody)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    const uint64_t far = (uint64_t)1 << 40;

    ASSERT_NOT_NULL(ch);
    EXPECT_PTR_EQ(ch->slots, (char *)&ch->no_slot);
    EXPECT_PTR_EQ(weir_ring_slot(ch->shape, ch->slots, far), ch->slots);
    EXPECT_FALSE(weir_ring_is_full(ch->shape, far, 0));
    EXPECT_EQ(weir_ring_distance(ch->shape, WEIR_RING_STEP, far),
              far / WEIR_RING_STEP - 1);
    EXPECT_FALSE(chan_is_rendezvous(ch));
    EXPECT_EQ((uintptr_t)chan_segments(ch) % WEIR_SEPARATION, 0);
    weir_chan_free(ch);
}

TEST(options_do_not_lift_the_limits)
{
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .stats = true };

    EXPECT_NULL(weir_chan_make_with(8, SIZE_MAX - 1, &o));
    EXPECT_NULL(weir_chan_make_with(((size_t)1 << 20) + 1, 1, &o));
    EXPECT_NULL(weir_chan_make_with((size_t)1 << 20, (size_t)1 << 43, &o));
}

TEST(options_leave_the_layout_alone)
{
    const weir_chan_options o = { .stats = true };

    for (size_t capacity = 0; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make_with(8, capacity, &o);

        ASSERT_NOT_NULL(ch);
        EXPECT_EQ((uintptr_t)ch % WEIR_SEPARATION, 0);
        EXPECT_EQ((uintptr_t)chan_extra(ch) % WEIR_SEPARATION, 0);
        if (capacity > 0) {
            EXPECT_EQ((uintptr_t)ch->slots % 64, 0);
            EXPECT_PTR_EQ(ch->slots, (char *)(chan_extra(ch) + 1));
        }
        EXPECT_NE(ch->fast_bytes, 8); /* an 8-byte message is noted */
        weir_chan_free(ch);
    }
}

/* --- life ----------------------------------------------------------------- */

static weir_chan *
dead(size_t capacity)
{
    weir_chan *ch = weir_chan_make(8, capacity);

    weir_chan_free(ch);
    return ch;
}

TEST(double_free_aborts)
{
    if (!SEES_THE_DEAD)
        TEST_SKIP("a release build, or a sanitizer sees it");
    for (size_t capacity = 0; capacity <= 2; capacity++)
        EXPECT_ABORT(weir_chan_free(dead(capacity)),
                     "weir: channel: double free");
}

TEST(use_after_free_aborts)
{
    static const char line[] = "weir: channel: use after free";
    int64_t msg = 0;
    size_t n;
    weir_chan_statistics stats;

    if (!SEES_THE_DEAD)
        TEST_SKIP("a release build, or a sanitizer sees it");
    EXPECT_ABORT(EXPECT_OK(weir_chan_send(dead(1), &msg)), line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_try_send(dead(1), &msg)), line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_send_until(dead(1), &msg, WEIR_FOREVER)),
                 line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_send_n(dead(1), &msg, 1, &n)), line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_recv(dead(1), &msg)), line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_try_recv(dead(1), &msg)), line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_recv_until(dead(1), &msg, WEIR_FOREVER)),
                 line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_recv_n(dead(1), &msg, 1, &n)), line);
    EXPECT_ABORT((void)weir_chan_close(dead(1)), line);
    EXPECT_ABORT((void)weir_chan_len(dead(1)), line);
    EXPECT_ABORT((void)weir_chan_cap(dead(1)), line);
    EXPECT_ABORT(weir_chan_stats(dead(1), &stats), line);
    EXPECT_ABORT((void)wr_chan_look_send(dead(1), &msg), line);
    EXPECT_ABORT((void)wr_chan_look_recv(dead(1), &msg), line);
    EXPECT_ABORT(EXPECT_OK(weir_chan_send(dead(0), &msg)), line);
}

/* It is seen as long as not too many others have been freed since. */
TEST(use_after_free_aborts_some_frees_later)
{
    weir_chan *ch = weir_chan_make(8, 4);
    const int64_t msg = 0;

    if (!SEES_THE_DEAD) {
        weir_chan_free(ch);
        TEST_SKIP("a release build, or a sanitizer sees it");
    }
    weir_chan_free(ch);
    for (int i = 0; i < 50; i++)
        weir_chan_free(weir_chan_make(8, 4));
    EXPECT_ABORT(EXPECT_OK(weir_chan_send(ch, &msg)),
                 "weir: channel: use after free");
}

TEST(what_is_no_channel_aborts)
{
    _Alignas(WEIR_SEPARATION) static char zeros[sizeof(weir_chan)];
    weir_chan *ch = (weir_chan *)(void *)zeros;
    const int64_t msg = 0;

    if (!SEES_THE_DEAD)
        TEST_SKIP("a release build, or a sanitizer sees it");
    EXPECT_ABORT(EXPECT_OK(weir_chan_send(ch, &msg)),
                 "weir: channel: not a channel");
    EXPECT_ABORT(weir_chan_free(ch), "weir: channel: not a channel");
}

TEST(free_with_a_parked_party_aborts_whatever_the_options)
{
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .stats = true };
    weir_chan *ch = weir_chan_make_with(8, 1, &o);
    struct wr_node node = { .msg = NULL };

    wr_list_append(&ch->receivers, &node.link);
    EXPECT_ABORT(weir_chan_free(ch),
                 "weir: channel: free while somebody waits on it");
    wr_list_unlink(&ch->receivers, &node.link);
    weir_chan_free(ch);
}
