/* SPDX-License-Identifier: MIT */
/*
 * chan/watch_test.c - what fires a watcher, what does not, and what it does to
 * the words; one thread.
 */
#include "test.h"

#include "chan/chan.h"

#include <stdlib.h>

static WEIR_ATOMIC(unsigned) fired;

static struct wr_node *
count(struct wr_watcher *w)
{
    (void)w;
    (void)weir_fetch_add_rlx(&fired, 1);
    return NULL;
}

static struct wr_watcher
watcher(int op)
{
    struct wr_watcher w = { .op = op, .fire = count };

    weir_store_rlx(&fired, 0);
    return w;
}

static weir_chan *
watched(size_t capacity, struct wr_watcher *w)
{
    weir_chan *ch = weir_chan_make(8, capacity);

    if (ch == NULL)
        abort(); /* gcc warns of what would follow */
    EXPECT_TRUE(wr_watch_prepare(ch));
    wr_watch_attach(ch, w);
    return ch;
}

static void
send(weir_chan *ch)
{
    const int64_t v = 1;

    EXPECT_OK(weir_chan_try_send(ch, &v));
}

static void
recv(weir_chan *ch)
{
    int64_t v;

    EXPECT_OK(weir_chan_try_recv(ch, &v));
}

static bool
is_frozen(struct chan_side *side)
{
    return (weir_load_rlx(&side->word) & CHAN_SLOW) != 0;
}

static void
end(weir_chan *ch, struct wr_watcher *w)
{
    wr_watch_detach(ch, w);
    EXPECT_FALSE(is_frozen(&ch->send));
    EXPECT_FALSE(is_frozen(&ch->receive));
    weir_chan_free(ch);
}

TEST(send_into_an_empty_ring_fires_once)
{
    struct wr_watcher w = watcher(WEIR_CASE_RECV);
    weir_chan *ch = watched(2, &w);

    EXPECT_TRUE(wr_watch_arm(ch, &w));
    EXPECT_TRUE(is_frozen(&ch->send));
    EXPECT_TRUE(wr_watch_arm(ch, &w)); /* again is no harm */
    EXPECT_EQ(weir_load_rlx(&fired), 0);
    send(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    EXPECT_FALSE(is_frozen(&ch->send));
    send(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    EXPECT_FALSE(wr_watch_arm(ch, &w)); /* ready */
    recv(ch);
    EXPECT_FALSE(wr_watch_arm(ch, &w));
    recv(ch);
    EXPECT_TRUE(wr_watch_arm(ch, &w));
    end(ch, &w);
}

TEST(receive_from_a_full_ring_fires_once)
{
    struct wr_watcher w = watcher(WEIR_CASE_SEND);
    weir_chan *ch = watched(2, &w);

    EXPECT_FALSE(wr_watch_arm(ch, &w));
    send(ch);
    send(ch);
    EXPECT_TRUE(wr_watch_arm(ch, &w));
    EXPECT_TRUE(is_frozen(&ch->receive));
    recv(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    EXPECT_FALSE(is_frozen(&ch->receive));
    recv(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    end(ch, &w);
}

TEST(close_fires_both_and_a_closed_channel_is_ready)
{
    struct wr_watcher r = watcher(WEIR_CASE_RECV);
    struct wr_watcher s = watcher(WEIR_CASE_SEND);
    weir_chan *ch = watched(0, &r);

    wr_watch_attach(ch, &s);
    EXPECT_TRUE(wr_watch_arm(ch, &r));
    EXPECT_TRUE(wr_watch_arm(ch, &s));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_EQ(weir_load_rlx(&fired), 2);
    EXPECT_FALSE(wr_watch_arm(ch, &r));
    EXPECT_FALSE(wr_watch_arm(ch, &s));
    wr_watch_detach(ch, &s);
    end(ch, &r);
}

TEST(closed_full_ring_is_ready_to_send)
{
    struct wr_watcher w = watcher(WEIR_CASE_SEND);
    weir_chan *ch = watched(1, &w);

    send(ch);
    EXPECT_TRUE(wr_watch_arm(ch, &w));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    EXPECT_FALSE(wr_watch_arm(ch, &w));
    end(ch, &w);
}

TEST(channel_that_drops_is_always_ready_to_send)
{
    const weir_chan_options options = { .on_full = WEIR_FULL_DROP_OLDEST };
    struct wr_watcher w = watcher(WEIR_CASE_SEND);
    weir_chan *ch = weir_chan_make_with(8, 1, &options);

    EXPECT_TRUE(wr_watch_prepare(ch));
    wr_watch_attach(ch, &w);
    send(ch);
    EXPECT_FALSE(wr_watch_arm(ch, &w));
    send(ch);
    end(ch, &w);
}

TEST(drop_of_the_oldest_fires_a_receive_watcher_once)
{
    const weir_chan_options options = { .on_full = WEIR_FULL_DROP_OLDEST };
    struct wr_watcher w = watcher(WEIR_CASE_RECV);
    weir_chan *ch = weir_chan_make_with(8, 1, &options);

    EXPECT_TRUE(wr_watch_prepare(ch));
    wr_watch_attach(ch, &w);
    EXPECT_TRUE(wr_watch_arm(ch, &w));
    for (int i = 0; i < 3; i++)
        send(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    end(ch, &w);
}

TEST(batch_fires_as_its_first_message_does)
{
    const int64_t msgs[3] = { 1, 2, 3 };
    struct wr_watcher w = watcher(WEIR_CASE_RECV);
    weir_chan *ch = watched(4, &w);
    size_t sent;

    EXPECT_TRUE(wr_watch_arm(ch, &w));
    EXPECT_OK(weir_chan_try_send_n(ch, msgs, 3, &sent));
    EXPECT_EQ(sent, 3);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    EXPECT_FALSE(is_frozen(&ch->send));
    end(ch, &w);
}

struct party {
    struct test_thread thread;
    weir_chan *ch;
    int64_t msg;
};

static void
party_sends(void *arg)
{
    struct party *p = arg;

    EXPECT_OK(weir_chan_send(p->ch, &p->msg));
}

static void
party_receives(void *arg)
{
    struct party *p = arg;

    EXPECT_OK(weir_chan_recv(p->ch, &p->msg));
}

static void
start(struct party *p, weir_chan *ch, void (*run)(void *arg))
{
    *p = (struct party){ .ch = ch, .msg = 7 };
    test_thread_start(&p->thread, run, p);
    test_thread_await_asleep(&p->thread);
}

TEST(hand_over_to_a_parked_receiver_fires_nobody)
{
    struct wr_watcher w = watcher(WEIR_CASE_RECV);
    weir_chan *ch = watched(1, &w);
    struct party p;

    EXPECT_TRUE(wr_watch_arm(ch, &w));
    start(&p, ch, party_receives);
    EXPECT_TRUE(wr_watch_arm(ch, &w));
    send(ch);
    test_thread_join(&p.thread);
    EXPECT_EQ(weir_load_rlx(&fired), 0);
    EXPECT_TRUE(is_frozen(&ch->send)); /* still watched */
    send(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    end(ch, &w);
}

TEST(hand_in_leaves_a_full_ring_watched)
{
    struct wr_watcher w = watcher(WEIR_CASE_SEND);
    weir_chan *ch = watched(1, &w);
    struct party p;

    send(ch);
    EXPECT_TRUE(wr_watch_arm(ch, &w));
    start(&p, ch, party_sends);
    recv(ch);
    test_thread_join(&p.thread);
    EXPECT_EQ(weir_load_rlx(&fired), 0);
    EXPECT_TRUE(is_frozen(&ch->receive));
    recv(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 1);
    end(ch, &w);
}

TEST(rendezvous_is_ready_while_somebody_waits_on_the_other_side)
{
    struct wr_watcher r = watcher(WEIR_CASE_RECV);
    struct wr_watcher s = watcher(WEIR_CASE_SEND);
    weir_chan *ch = watched(0, &r);
    struct party p;

    wr_watch_attach(ch, &s);
    EXPECT_TRUE(wr_watch_arm(ch, &r));
    EXPECT_TRUE(wr_watch_arm(ch, &s));
    start(&p, ch, party_sends);
    EXPECT_EQ(weir_load_rlx(&fired), 1); /* not s: it is not ready to send */
    EXPECT_FALSE(wr_watch_arm(ch, &r));
    EXPECT_TRUE(wr_watch_arm(ch, &s));
    recv(ch);
    test_thread_join(&p.thread);
    EXPECT_TRUE(wr_watch_arm(ch, &r));
    start(&p, ch, party_receives);
    EXPECT_EQ(weir_load_rlx(&fired), 2);
    EXPECT_FALSE(wr_watch_arm(ch, &s));
    send(ch);
    test_thread_join(&p.thread);
    wr_watch_detach(ch, &s);
    end(ch, &r);
}

TEST(several_watchers_are_all_fired)
{
    struct wr_watcher w[3];
    weir_chan *ch;

    for (int i = 0; i < 3; i++)
        w[i] = watcher(WEIR_CASE_RECV);
    ch = watched(1, &w[0]);
    wr_watch_attach(ch, &w[1]);
    wr_watch_attach(ch, &w[2]);
    for (int i = 0; i < 3; i++)
        EXPECT_TRUE(wr_watch_arm(ch, &w[i]));
    wr_watch_detach(ch, &w[1]);
    send(ch);
    EXPECT_EQ(weir_load_rlx(&fired), 2);
    wr_watch_detach(ch, &w[2]);
    end(ch, &w[0]);
}

TEST(channel_with_watchers_is_not_freed)
{
    struct wr_watcher w = watcher(WEIR_CASE_RECV);
    weir_chan *ch = watched(1, &w);

    EXPECT_ABORT(weir_chan_free(ch), "channel: free while it is in a set");
    end(ch, &w);
}
