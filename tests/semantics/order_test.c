/* SPDX-License-Identifier: MIT */
/*
 * semantics/order_test.c - CH-13, CH-14, CH-21, CH-22 on one worker.
 *
 * Tasks run one at a time and only when this file says so: what is counted
 * while a woken party has not run yet cannot be its doing.
 */
#include "test.h"

#include <weir/chan.h>

#include "fake_sched.h"

enum { PARTIES = 6, CAPACITY_MAX = 5 };

/* What tasks note, in the order in which they note it. */
static struct {
    int64_t value[64];
    int count;
} notes;

struct party {
    weir_chan *ch;
    int64_t value;
    int status;
};

static void
note(int64_t value)
{
    notes.value[notes.count++] = value;
}

static void
receive_one(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_recv(p->ch, &p->value);
    note(p->value);
}

static void
send_one(void *arg)
{
    struct party *p = arg;

    p->status = weir_chan_send(p->ch, &p->value);
    note(p->value);
}

static void
begin(void)
{
    notes.count = 0;
    fake_sched_start();
}

/* One party after the other, so that they park in this order. */
static void
park_all(struct party *parties, int count, weir_chan *ch,
         void (*run)(void *arg), int64_t first)
{
    for (int i = 0; i < count; i++) {
        parties[i] = (struct party){ ch, first + i, 1 };
        fake_task_start(run, &parties[i]);
        EXPECT_EQ(fake_sched_run_ready(), (unsigned)i + 1);
    }
}

TEST(ch_13_one_parked_receiver_makes_room_for_one_more)
{
    for (size_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party receiver;
        int64_t sent = 0;
        int64_t msg;

        begin();
        park_all(&receiver, 1, ch, receive_one, -1);
        while (weir_chan_try_send(ch, &sent) == WEIR_OK)
            sent++;
        EXPECT_EQ(sent, (int64_t)capacity + 1);
        EXPECT_EQ(notes.count, 0); /* it has not run */
        EXPECT_EQ(weir_chan_len(ch), capacity);
        EXPECT_EQ(fake_sched_run_ready(), 0);
        EXPECT_OK(receiver.status);
        EXPECT_EQ(receiver.value, 0); /* the first message */
        for (int64_t due = 1; due <= (int64_t)capacity; due++) {
            EXPECT_OK(weir_chan_try_recv(ch, &msg));
            EXPECT_EQ(msg, due);
        }
        weir_chan_free(ch);
    }
}

TEST(ch_13_every_parked_receiver_makes_room_for_one_more)
{
    for (size_t capacity = 0; capacity <= CAPACITY_MAX; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party receivers[PARTIES];
        int64_t sent = 0;

        begin();
        park_all(receivers, PARTIES, ch, receive_one, -1);
        while (weir_chan_try_send(ch, &sent) == WEIR_OK)
            sent++;
        EXPECT_EQ(sent, (int64_t)capacity + PARTIES);
        EXPECT_EQ(notes.count, 0);
        EXPECT_EQ(fake_sched_run_ready(), 0);
        EXPECT_EQ(weir_chan_len(ch), capacity);
        weir_chan_free(ch);
    }
}

static void
send_all(void *arg)
{
    struct party *p = arg;

    for (int64_t i = 0; i < p->value; i++) {
        note(i);
        EXPECT_OK(weir_chan_send(p->ch, &i));
    }
    note(100);
}

static void
receive_all(void *arg)
{
    struct party *p = arg;

    for (int64_t i = 0; i < p->value; i++) {
        int64_t msg;

        EXPECT_OK(weir_chan_recv(p->ch, &msg));
        note(200 + msg);
    }
}

/* The notes' own program: a receiver parks, a producer sends five into a
 * buffer of four and is done before the receiver has run. */
TEST(ch_13_producer_is_done_before_the_receiver_runs)
{
    static const int64_t due[] = {
        0, 1, 2, 3, 4, 100, 200, 201, 202, 203, 204
    };
    weir_chan *ch = weir_chan_make(8, 4);
    struct party receiver = { ch, 5, 1 };
    struct party producer = { ch, 5, 1 };

    begin();
    fake_task_start(receive_all, &receiver);
    fake_task_start(send_all, &producer);
    fake_sched_run();
    EXPECT_EQ(notes.count, 11);
    EXPECT_MEMEQ(notes.value, due, sizeof(due));
    weir_chan_free(ch);
}

TEST(ch_14_blocked_senders_are_served_in_their_order)
{
    for (size_t capacity = 0; capacity <= CAPACITY_MAX; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party senders[PARTIES];
        int64_t msg;

        begin();
        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park_all(senders, PARTIES, ch, send_one, (int64_t)capacity);
        for (int64_t due = 0; due < (int64_t)capacity + PARTIES; due++) {
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, due);
        }
        EXPECT_EQ(notes.count, 0); /* all taken before any of them ran */
        EXPECT_EQ(fake_sched_run_ready(), 0);
        for (int i = 0; i < PARTIES; i++) {
            EXPECT_OK(senders[i].status);
            EXPECT_EQ(notes.value[i], (int64_t)capacity + i);
        }
        weir_chan_free(ch);
    }
}

/* The receive that makes room moves the parked sender's message in at once:
 * afterwards the buffer is as full as before. */
TEST(ch_14_room_goes_to_the_parked_sender_in_the_same_step)
{
    for (size_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party senders[2];
        int64_t msg;

        begin();
        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park_all(senders, 2, ch, send_one, (int64_t)capacity);
        for (int i = 0; i < 2; i++) {
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, i);
            EXPECT_EQ(weir_chan_len(ch), capacity);
            EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
        }
        EXPECT_EQ(notes.count, 0);
        EXPECT_EQ(fake_sched_run_ready(), 0);
        weir_chan_free(ch);
    }
}

/* A later sender finds no gap: while somebody is parked, a try says full. */
TEST(ch_14_no_later_sender_overtakes)
{
    for (size_t capacity = 1; capacity <= CAPACITY_MAX; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party senders[PARTIES];
        int64_t msg;
        const int64_t late = 1000;

        begin();
        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        park_all(senders, PARTIES, ch, send_one, (int64_t)capacity);
        for (int64_t due = 0; due < PARTIES; due++) {
            EXPECT_STATUS(weir_chan_try_send(ch, &late), WEIR_AGAIN);
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, due);
        }
        EXPECT_OK(weir_chan_recv(ch, &msg)); /* nobody is parked any more */
        EXPECT_OK(weir_chan_try_send(ch, &late));
        for (int64_t due = PARTIES + 1; due < (int64_t)capacity + PARTIES;
             due++) {
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, due);
        }
        EXPECT_OK(weir_chan_recv(ch, &msg));
        EXPECT_EQ(msg, late);
        EXPECT_EQ(fake_sched_run_ready(), 0);
        weir_chan_free(ch);
    }
}

TEST(ch_21_parked_receivers_are_served_in_their_order)
{
    for (size_t capacity = 0; capacity <= CAPACITY_MAX; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party receivers[PARTIES];

        begin();
        park_all(receivers, PARTIES, ch, receive_one, -1);
        for (int64_t i = 0; i < PARTIES; i++)
            EXPECT_OK(weir_chan_send(ch, &i));
        EXPECT_EQ(notes.count, 0);
        EXPECT_EQ(fake_sched_run_ready(), 0);
        for (int i = 0; i < PARTIES; i++) {
            EXPECT_OK(receivers[i].status);
            EXPECT_EQ(receivers[i].value, i);
            EXPECT_EQ(notes.value[i], i); /* and ran in that order */
        }
        weir_chan_free(ch);
    }
}

/* A receiver that comes while others are parked does not take their message. */
TEST(ch_21_no_later_receiver_overtakes)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct party receivers[2];
    int64_t msg = 7;

    begin();
    park_all(receivers, 2, ch, receive_one, -1);
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_try_recv(ch, &msg)); /* the third is for anybody */
    EXPECT_EQ(fake_sched_run_ready(), 0);
    weir_chan_free(ch);
}

TEST(ch_22_receive_from_full_takes_the_head_and_fills_the_tail)
{
    weir_chan *ch = weir_chan_make(8, 3);
    struct party sender;
    int64_t msg;

    begin();
    for (msg = 0; msg < 3; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    park_all(&sender, 1, ch, send_one, 3);
    for (int64_t due = 0; due < 4; due++) {
        EXPECT_OK(weir_chan_try_recv(ch, &msg));
        EXPECT_EQ(msg, due);
    }
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    EXPECT_EQ(fake_sched_run_ready(), 0);
    EXPECT_OK(sender.status);
    weir_chan_free(ch);
}
