/* SPDX-License-Identifier: MIT */
/* chan/typed_test.cc - the typed layer in C++: templates instead of macros. */
#include "test.h"

#include <thread>

#include <weir/weir.h>

namespace
{
struct point {
    double x;
    double y;
};
} // namespace

WEIR_CHAN(ints, int);
WEIR_CHAN(points, point);

TEST(cc_generic_calls_pass_values)
{
    ints *ch = ints_make(2);
    int v = 0;

    EXPECT_OK(weir_send(ch, 1));
    EXPECT_OK(weir_try_send(ch, short{ 2 })); /* converts */
    EXPECT_EQ(weir_len(ch), 2);
    EXPECT_EQ(weir_cap(ch), 2);
    EXPECT_STATUS(weir_try_send(ch, 3), WEIR_AGAIN);
    EXPECT_STATUS(weir_send_until(ch, 3, weir_limit_at(0)), WEIR_TIMEOUT);
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 1);
    EXPECT_OK(weir_try_recv(ch, &v));
    EXPECT_EQ(v, 2);
    EXPECT_STATUS(weir_recv_until(ch, &v, weir_deadline(0)), WEIR_TIMEOUT);
    EXPECT_OK(weir_send_until(ch, 3, WEIR_FOREVER));
    EXPECT_OK(weir_drop(ch));
    EXPECT_OK(weir_close(ch));
    EXPECT_STATUS(weir_recv(ch, &v), WEIR_CLOSED);
    EXPECT_EQ(v, 0);
    ints_free(ch);
}

TEST(cc_structures_and_views)
{
    points *ch = points_make(2);
    points_sender *tx = points_as_sender(ch);
    points_receiver *rx = points_as_receiver(ch);
    point out = { 0, 0 };

    EXPECT_OK(weir_send(tx, point{ 1, 2 }));
    EXPECT_OK(points_send(ch, point{ 3, 4 }));
    EXPECT_OK(weir_close(tx));
    EXPECT_OK(weir_recv(rx, &out));
    EXPECT_TRUE(out.x == 1 && out.y == 2);
    EXPECT_OK(points_recv(ch, &out));
    EXPECT_TRUE(out.x == 3 && out.y == 4);
    points_free(ch);
}

TEST(cc_batches_options_statistics)
{
    weir_chan_options o = weir_chan_options();
    weir_chan_statistics stats;
    const int in[3] = { 1, 2, 3 };
    int out[3] = { 0, 0, 0 };
    std::size_t k = 0;

    o.on_full = WEIR_FULL_DROP_NEWEST;
    o.stats = true;
    ints *ch = ints_make_with(2, &o);
    EXPECT_OK(weir_send_n(ch, in, 3, &k));
    EXPECT_EQ(k, 3);
    EXPECT_OK(weir_try_send_n(ints_as_sender(ch), in, 1, &k));
    EXPECT_OK(weir_send_n_until(ch, in, 1, &k, WEIR_FOREVER));
    EXPECT_OK(weir_recv_n(ints_as_receiver(ch), out, 1, &k));
    EXPECT_OK(weir_recv_n_until(ch, out + 1, 2, &k, WEIR_FOREVER));
    EXPECT_STATUS(weir_try_recv_n(ch, out, 3, &k), WEIR_AGAIN);
    EXPECT_TRUE(out[0] == 1 && out[1] == 2 && out[2] == 0);
    weir_stats(ch, &stats);
    EXPECT_EQ(stats.dropped, 3);
    ints_free(ch);
}

TEST(cc_range_over_a_thread)
{
    ints *ch = ints_make(0);
    int sum = 0;
    int v;

    std::thread sender([ch] {
        for (int i = 1; i <= 100; i++)
            EXPECT_OK(weir_send(ch, i));
        EXPECT_OK(weir_close(ch));
    });
    weir_range(ch, &v)
        sum += v;
    sender.join();
    EXPECT_EQ(sum, 5050);
    ints_free(ch);
}
