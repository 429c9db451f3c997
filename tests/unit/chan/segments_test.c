/* SPDX-License-Identifier: MIT */
/* chan/segments_test.c - the chain: its shape, growing, using again. */
#include "test.h"

#include "chan/chan.h"

static size_t
chain_length(const weir_chan *ch)
{
    struct chan_segment *segment = chan_segments(ch)->oldest;
    size_t n = 0;

    for (; segment != NULL; segment = weir_load_acq(&segment->next))
        n++;
    return n;
}

static size_t
slots_of(const weir_chan *ch)
{
    return chan_segments(ch)->mask + 1;
}

static void
send_n(weir_chan *ch, size_t n)
{
    static int64_t msg;

    while (n-- > 0)
        EXPECT_OK(weir_chan_send(ch, &msg));
}

static void
recv_n(weir_chan *ch, size_t n)
{
    int64_t msg;

    while (n-- > 0)
        EXPECT_OK(weir_chan_try_recv(ch, &msg));
}

TEST(segment_is_a_page_or_two_slots_of_any_size)
{
    static const size_t sizes[] = { 0, 1, 8, 9, 24, 25, 500, 1 << 20 };

    for (int i = 0; i < 8; i++) {
        weir_chan *ch = weir_chan_make(sizes[i], WEIR_UNBOUNDED);
        const struct chan_segments *all = chan_segments(ch);
        const size_t n = slots_of(ch);

        EXPECT_EQ(n & (n - 1), 0);
        EXPECT_EQ(all->stride, WEIR_RING_STRIDE(sizes[i]));
        EXPECT_TRUE(n == 2 || n * all->stride <= CHAN_SEGMENT_BYTES);
        EXPECT_GT(2 * n * all->stride, CHAN_SEGMENT_BYTES);
        EXPECT_EQ((uintptr_t)all->oldest->slots % WEIR_CACHE_LINE, 0);
        EXPECT_EQ(chain_length(ch), 1);
        weir_chan_free(ch);
    }
}

/* Its next slot always exists, no more. */
TEST(chain_grows_with_the_last_ticket_of_a_segment)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    const size_t n = slots_of(ch);

    send_n(ch, n - 1);
    EXPECT_EQ(chain_length(ch), 1);
    send_n(ch, 1);
    EXPECT_EQ(chain_length(ch), 2);
    send_n(ch, n - 1);
    EXPECT_EQ(chain_length(ch), 2);
    send_n(ch, 2 * n + 1);
    EXPECT_EQ(chain_length(ch), 5);
    weir_chan_free(ch);
}

TEST(segments_are_used_again_and_kept)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    const size_t n = slots_of(ch);
    int64_t msg;

    for (size_t i = 0; i < 10 * n; i++) {
        send_n(ch, 1);
        recv_n(ch, 1);
        send_n(ch, 1);
        EXPECT_OK(weir_chan_recv(ch, &msg));
    }
    EXPECT_EQ(chain_length(ch), 2);
    for (int round = 0; round < 5; round++) {
        send_n(ch, 10 * n);
        EXPECT_GE(chain_length(ch), 11);
        EXPECT_LE(chain_length(ch), 12);
        recv_n(ch, 10 * n);
    }
    weir_chan_free(ch);
}

/* As if a receiver had claimed a ticket and stopped. */
TEST(segment_with_an_unread_message_is_not_used_again)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    const size_t n = slots_of(ch);
    struct chan_segment *first = chan_segments(ch)->oldest;
    char *slot = chan_segment_slot(chan_segments(ch), first, WEIR_RING_STEP);

    send_n(ch, n);
    recv_n(ch, n);
    EXPECT_EQ(weir_ring_load_stamp(slot), WEIR_RING_STEP | CHAN_TAKEN);
    weir_ring_publish(slot, WEIR_RING_STEP | WEIR_RING_FULL);
    send_n(ch, n);
    EXPECT_EQ(chain_length(ch), 3);
    EXPECT_PTR_EQ(chan_segments(ch)->oldest, first);
    weir_ring_publish(slot, WEIR_RING_STEP | CHAN_TAKEN);
    send_n(ch, n);
    EXPECT_EQ(chain_length(ch), 3);
    EXPECT_PTR_EQ(chan_segments(ch)->newest, first);
    EXPECT_EQ(weir_ring_load_stamp(slot), (3 * n + 1) * WEIR_RING_STEP);
    weir_chan_free(ch);
}

TEST(growing_where_there_is_a_segment_does_nothing)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    const uint64_t last = (slots_of(ch) - 1) * WEIR_RING_STEP;

    EXPECT_TRUE(wr_segments_grow(ch, 0));
    EXPECT_EQ(chain_length(ch), 2);
    EXPECT_TRUE(wr_segments_grow(ch, last));
    EXPECT_EQ(chain_length(ch), 2);
    EXPECT_TRUE(wr_segments_grow(ch, last + WEIR_RING_STEP));
    EXPECT_EQ(chain_length(ch), 3);
    weir_chan_free(ch);
}
