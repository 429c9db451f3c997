/* SPDX-License-Identifier: MIT */
/* chan/stats_test.c - what a channel tells of itself. */
#include "parked.h"

#include <string.h>

#include "chan/chan.h"

#include <weir/select.h>

static weir_chan *
make(size_t bytes, size_t capacity, int on_full)
{
    const weir_chan_options o = { .on_full = on_full, .stats = true };

    return weir_chan_make_with(bytes, capacity, &o);
}

static weir_chan_statistics
stats_of(weir_chan *ch)
{
    weir_chan_statistics s;

    weir_chan_stats(ch, &s);
    EXPECT_EQ(s.sent, s.received + s.dropped + s.depth);
    return s;
}

TEST(without_the_option_there_are_depth_and_capacity)
{
    weir_chan *ch = weir_chan_make(8, 3);
    const int64_t msg = 1;
    weir_chan_statistics s;
    weir_chan_statistics due = { .capacity = 3, .depth = 2 };

    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_send(ch, &msg));
    memset(&s, 0xff, sizeof(s));
    weir_chan_stats(ch, &s);
    EXPECT_MEMEQ(&s, &due, sizeof(s));
    weir_chan_free(ch);
    memset(&s, 0xff, sizeof(s));
    memset(&due, 0, sizeof(due));
    weir_chan_stats(NULL, &s);
    EXPECT_MEMEQ(&s, &due, sizeof(s));
}

TEST(messages_are_counted_and_the_peak_is_kept)
{
    static const size_t sizes[] = { 0, 4, 8, 100 };
    static const unsigned char zeros[100];

    for (int i = 0; i < 4; i++) {
        weir_chan *ch = make(sizes[i], 3, WEIR_FULL_BLOCK);
        unsigned char msg[100] = { 0 };

        for (int lap = 1; lap <= 5; lap++) {
            for (int k = 0; k < 2; k++)
                EXPECT_OK(weir_chan_send(ch, zeros));
            EXPECT_EQ(stats_of(ch).depth, 2);
            EXPECT_EQ(stats_of(ch).high_water, 2);
            for (int k = 0; k < 2; k++)
                EXPECT_OK(weir_chan_recv(ch, msg));
            EXPECT_EQ(stats_of(ch).sent, 2 * lap);
            EXPECT_EQ(stats_of(ch).received, 2 * lap);
        }
        for (int k = 0; k < 3; k++)
            EXPECT_OK(weir_chan_try_send(ch, zeros));
        EXPECT_STATUS(weir_chan_try_send(ch, zeros), WEIR_AGAIN);
        EXPECT_EQ(stats_of(ch).high_water, 3);
        EXPECT_EQ(stats_of(ch).sent, 13);
        EXPECT_EQ(stats_of(ch).send_waits, 0);
        EXPECT_EQ(stats_of(ch).recv_waits, 0);
        weir_chan_free(ch);
    }
}

TEST(batches_are_counted_by_messages)
{
    weir_chan *ch = make(8, 5, WEIR_FULL_BLOCK);
    int64_t msgs[8] = { 0 };
    size_t n;

    EXPECT_OK(weir_chan_send_n(ch, msgs, 4, &n));
    EXPECT_EQ(stats_of(ch).sent, 4);
    EXPECT_EQ(stats_of(ch).high_water, 4);
    EXPECT_OK(weir_chan_recv_n(ch, msgs, 3, &n));
    EXPECT_EQ(stats_of(ch).received, 3);
    EXPECT_OK(weir_chan_send_n(ch, msgs, 8, &n));
    EXPECT_EQ(n, 4);
    EXPECT_EQ(stats_of(ch).sent, 8);
    EXPECT_EQ(stats_of(ch).high_water, 5);
    weir_chan_free(ch);
}

TEST(dropped_messages_are_counted)
{
    weir_chan *ch = make(8, 2, WEIR_FULL_DROP_NEWEST);
    int64_t msg = 0;

    for (int i = 0; i < 5; i++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(stats_of(ch).sent, 5);
    EXPECT_EQ(stats_of(ch).dropped, 3);
    EXPECT_EQ(stats_of(ch).received, 1);
    weir_chan_free(ch);
    ch = make(8, 2, WEIR_FULL_DROP_OLDEST);
    for (int i = 0; i < 5; i++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(stats_of(ch).sent, 5);
    EXPECT_EQ(stats_of(ch).dropped, 3);
    EXPECT_EQ(stats_of(ch).received, 1);
    EXPECT_EQ(stats_of(ch).high_water, 2);
    weir_chan_free(ch);
}

TEST(waits_of_receivers_are_noted_when_they_are_served)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = make(8, capacity, WEIR_FULL_BLOCK);
        struct call p[2];
        weir_chan_statistics s, later;
        const int64_t msg = 1;

        for (int i = 0; i < 2; i++)
            park(&p[i], ch, call_recv, 0, WEIR_FOREVER);
        s = stats_of(ch); /* those that still wait are in it */
        EXPECT_EQ(s.recv_waits, 2);
        EXPECT_GT(s.recv_blocked_ns, 0);
        for (int i = 0; i < 2; i++) {
            EXPECT_OK(weir_chan_send(ch, &msg));
            test_thread_join(&p[i].thread);
        }
        s = stats_of(ch);
        EXPECT_EQ(s.sent, 2);
        EXPECT_EQ(s.received, 2);
        EXPECT_EQ(s.recv_waits, 2);
        EXPECT_EQ(s.send_waits, 0);
        EXPECT_EQ(s.send_blocked_ns, 0);
        EXPECT_EQ(s.high_water, 0); /* from hand to hand */
        later = stats_of(ch);
        EXPECT_EQ(s.recv_blocked_ns, later.recv_blocked_ns);
        weir_chan_free(ch);
    }
}

TEST(waits_of_senders_are_noted_when_they_are_served)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = make(8, capacity, WEIR_FULL_BLOCK);
        struct call p;
        weir_chan_statistics s, later;
        int64_t msg = 1;

        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park(&p, ch, call_send, 0, WEIR_FOREVER);
        EXPECT_EQ(stats_of(ch).sent, capacity);
        EXPECT_OK(weir_chan_recv(ch, &msg));
        test_thread_join(&p.thread);
        s = stats_of(ch);
        EXPECT_EQ(s.sent, capacity + 1);
        EXPECT_EQ(s.received, 1);
        EXPECT_EQ(s.depth, capacity);
        EXPECT_EQ(s.high_water, capacity);
        EXPECT_EQ(s.send_waits, 1);
        EXPECT_GT(s.send_blocked_ns, 0);
        EXPECT_EQ(s.recv_waits, 0);
        later = stats_of(ch);
        EXPECT_EQ(s.send_blocked_ns, later.send_blocked_ns);
        weir_chan_free(ch);
    }
}

TEST(waits_that_time_out_or_are_closed_end)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = make(8, capacity, WEIR_FULL_BLOCK);
        struct call p = { .ch = ch };
        weir_chan_statistics s, later;

        do { /* until the limit has not passed before it enrolled */
            p.limit = weir_deadline(100000);
            call_recv(&p);
            EXPECT_STATUS(p.status, WEIR_TIMEOUT);
        } while (stats_of(ch).recv_waits == 0);
        park(&p, ch, call_recv, 0, WEIR_FOREVER);
        EXPECT_OK(weir_chan_close(ch));
        test_thread_join(&p.thread);
        s = stats_of(ch);
        EXPECT_GE(s.recv_waits, 2);
        EXPECT_GE(s.recv_blocked_ns, 100000);
        later = stats_of(ch);
        EXPECT_EQ(s.recv_blocked_ns, later.recv_blocked_ns);
        EXPECT_EQ(s.sent, 0);
        weir_chan_free(ch);
    }
}

static void
select_it(void *arg)
{
    struct call *p = arg;
    int64_t other;
    weir_chan *never = weir_chan_make(8, 0);
    weir_case cases[] = { { p->ch, &p->msg, WEIR_CASE_RECV, 0 },
                          { never, &other, WEIR_CASE_RECV, 0 } };

    EXPECT_EQ(weir_selectv(cases, 2, 0), 0);
    weir_chan_free(never);
}

/* Its messages are counted; its wait is nobody's. */
TEST(select_moves_messages_and_waits_for_no_channel_alone)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = make(8, capacity, WEIR_FULL_BLOCK);
        struct call p;
        const int64_t msg = 5;

        park(&p, ch, select_it, 0, WEIR_FOREVER);
        EXPECT_EQ(stats_of(ch).recv_waits, 0);
        EXPECT_OK(weir_chan_send(ch, &msg));
        test_thread_join(&p.thread);
        EXPECT_EQ(p.msg, 5);
        EXPECT_EQ(stats_of(ch).sent, 1);
        EXPECT_EQ(stats_of(ch).received, 1);
        EXPECT_EQ(stats_of(ch).recv_waits, 0);
        EXPECT_EQ(stats_of(ch).recv_blocked_ns, 0);
        if (capacity > 0) {
            weir_case cases[] = { { ch, &p.msg, WEIR_CASE_SEND, 0 },
                                  { NULL, NULL, WEIR_CASE_RECV, 0 } };

            EXPECT_EQ(weir_try_selectv(cases, 2, 0), 0);
            EXPECT_EQ(stats_of(ch).sent, 2);
            EXPECT_EQ(stats_of(ch).high_water, 1);
        }
        weir_chan_free(ch);
    }
}

/* Who receives a message finds it counted. */
struct seen {
    weir_chan *ch;
    uint64_t rounds;
};

static void
seen_member(void *arg, unsigned index)
{
    struct seen *s = arg;

    for (uint64_t i = 1; i <= s->rounds; i++) {
        uint64_t msg = i;

        if (index == 0) {
            EXPECT_OK(weir_chan_send(s->ch, &msg));
        } else {
            weir_chan_statistics stats;

            EXPECT_OK(weir_chan_recv(s->ch, &msg));
            stats = stats_of(s->ch);
            EXPECT_GE(stats.sent, msg);
            EXPECT_GE(stats.received, msg);
            EXPECT_LE(stats.high_water, stats.capacity);
            if (stats.capacity > 2)
                EXPECT_GE(stats.high_water, stats.depth > 0);
        }
    }
}

TEST(who_receives_a_message_finds_it_counted)
{
    static const size_t capacities[] = { 0, 1, 3, 64 };

    for (int i = 0; i < 4; i++) {
        struct seen s = { make(8, capacities[i], WEIR_FULL_BLOCK),
                          test_rounds(5000) };

        test_threads(2, seen_member, &s);
        EXPECT_EQ(stats_of(s.ch).sent, s.rounds);
        EXPECT_EQ(stats_of(s.ch).depth, 0);
        weir_chan_free(s.ch);
    }
}
