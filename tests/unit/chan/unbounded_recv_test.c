/* SPDX-License-Identifier: MIT */
/* chan/unbounded_recv_test.c - receives from a buffer that grows. */
#include "parked.h"

#include "chan/chan.h"

#include <weir/select.h>

static void
join(struct call *c, int status, int64_t msg)
{
    test_thread_join(&c->thread);
    EXPECT_STATUS(c->status, status);
    EXPECT_EQ(c->msg, msg);
}

static void
send(weir_chan *ch, int64_t msg)
{
    EXPECT_OK(weir_chan_send(ch, &msg));
}

/* R: the send word is frozen; messages go from hand to hand, in turn. */
TEST(parked_receivers_are_served_in_turn)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    struct call c[3];

    for (int i = 0; i < 3; i++)
        park(&c[i], ch, call_recv, -1, WEIR_FOREVER);
    EXPECT_TRUE(weir_load_acq(&ch->send.word) & CHAN_SLOW);
    for (int i = 0; i < 3; i++) {
        send(ch, i);
        join(&c[i], WEIR_OK, i);
        EXPECT_EQ(weir_chan_len(ch), 0);
    }
    EXPECT_EQ(weir_load_acq(&ch->send.word), 0);
    send(ch, 3);
    EXPECT_EQ(weir_chan_len(ch), 1);
    weir_chan_free(ch);
}

TEST(wait_for_a_message_ends_by_its_limit_or_a_close)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    struct call c[2];
    int64_t msg = 5;

    EXPECT_STATUS(weir_chan_recv_until(ch, &msg, weir_deadline(0)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    EXPECT_EQ(msg, 5);
    park(&c[0], ch, call_recv, -1, weir_deadline(WEIR_MS(50)));
    join(&c[0], WEIR_TIMEOUT, -1);
    EXPECT_FALSE(weir_load_acq(&ch->send.word) & CHAN_SLOW);
    park(&c[0], ch, call_recv, -1, WEIR_FOREVER);
    park(&c[1], ch, call_recv, -1, WEIR_FOREVER);
    EXPECT_OK(weir_chan_close(ch));
    join(&c[0], WEIR_CLOSED, 0);
    join(&c[1], WEIR_CLOSED, 0);
    weir_chan_free(ch);
}

/* Whatever the batch and the segment. */
TEST(batches_go_over_the_end_of_a_segment)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    int64_t msgs[700], got[700], in = 0, out = 0;
    size_t n;

    for (size_t k = 1; k <= 700; k += 53) {
        for (size_t i = 0; i < k; i++)
            msgs[i] = in++;
        EXPECT_OK(weir_chan_send_n(ch, msgs, k, &n));
        EXPECT_EQ(n, k);
        while (out < in) {
            EXPECT_OK(weir_chan_recv_n(ch, got, (k + 1) / 2, &n));
            for (size_t i = 0; i < n; i++)
                EXPECT_EQ(got[i], out++);
        }
        EXPECT_STATUS(weir_chan_try_recv_n(ch, got, k, &n), WEIR_AGAIN);
        EXPECT_EQ(n, 0);
    }
    EXPECT_OK(weir_chan_close(ch));
    got[0] = 5;
    EXPECT_STATUS(weir_chan_recv_n(ch, got, 2, &n), WEIR_CLOSED);
    EXPECT_EQ(got[0], 0);
    weir_chan_free(ch);
}

static void
call_select(void *arg)
{
    struct call *c = arg;
    weir_case cases[] = { { c->ch, &c->msg, WEIR_CASE_RECV, 0 },
                          { NULL, NULL, WEIR_CASE_RECV, 0 } };

    c->status = weir_selectv(cases, 2, 0) == 0 ? cases[0].status : WEIR_AGAIN;
}

TEST(select_waits_for_a_message)
{
    weir_chan *ch = weir_chan_make(8, WEIR_UNBOUNDED);
    struct call c = { .ch = ch, .msg = -1 };

    test_thread_start(&c.thread, call_select, &c);
    test_thread_await_asleep(&c.thread);
    send(ch, 4);
    join(&c, WEIR_OK, 4);
    weir_chan_free(ch);
}
