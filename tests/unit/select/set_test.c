/* SPDX-License-Identifier: MIT */
/* select/set_test.c - what a set returns, when, and in which order. */
#include "test.h"

#include <weir/atomic.h>
#include <weir/set.h>

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

enum { CHANS = 4 };

static weir_set *set;
static weir_chan *chans[CHANS];
static weir_ready ready[CHANS];
static size_t got;

static void
open_all(size_t capacity)
{
    set = weir_set_make();
    for (int i = 0; i < CHANS; i++) {
        chans[i] = weir_chan_make(8, capacity);
        EXPECT_OK(weir_set_add(set, chans[i], WEIR_CASE_RECV, &chans[i]));
    }
}

static void
free_all(void)
{
    weir_set_free(set);
    for (int i = 0; i < CHANS; i++)
        weir_chan_free(chans[i]);
}

static int
try(size_t n)
{
    return weir_set_try_wait(set, ready, n, &got);
}

TEST(nothing_is_ready_in_an_empty_set)
{
    set = weir_set_make();
    EXPECT_STATUS(try(1), WEIR_AGAIN);
    EXPECT_EQ(got, 0);
    EXPECT_STATUS(
        weir_set_wait_until(set, ready, 1, &got, weir_deadline(WEIR_US(200))),
        WEIR_TIMEOUT);
    EXPECT_EQ(got, 0);
    weir_set_free(set);
    weir_set_free(NULL);
}

TEST(what_became_ready_comes_in_that_order_with_its_tag)
{
    open_all(1);
    send(chans[2]);
    send(chans[0]);
    EXPECT_OK(try(CHANS));
    EXPECT_EQ(got, 2);
    EXPECT_PTR_EQ(ready[0].chan, chans[2]);
    EXPECT_PTR_EQ(ready[0].tag, &chans[2]);
    EXPECT_EQ(ready[0].op, WEIR_CASE_RECV);
    EXPECT_PTR_EQ(ready[1].chan, chans[0]);
    free_all();
}

TEST(level_triggered_until_drained_and_behind_the_others)
{
    open_all(2);
    send(chans[1]);
    send(chans[1]);
    send(chans[3]);
    EXPECT_OK(try(1));
    EXPECT_PTR_EQ(ready[0].chan, chans[1]);
    recv(chans[1]);
    EXPECT_OK(try(1)); /* the one that has not been returned yet */
    EXPECT_PTR_EQ(ready[0].chan, chans[3]);
    EXPECT_OK(try(CHANS));
    EXPECT_EQ(got, 2);
    EXPECT_PTR_EQ(ready[0].chan, chans[1]);
    EXPECT_PTR_EQ(ready[1].chan, chans[3]);
    recv(chans[1]);
    recv(chans[3]);
    EXPECT_STATUS(try(CHANS), WEIR_AGAIN);
    free_all();
}

TEST(for_no_channel_it_only_looks_again)
{
    open_all(1);
    EXPECT_OK(weir_set_try_wait(set, NULL, 0, &got));
    send(chans[0]);
    EXPECT_OK(try(1));
    EXPECT_OK(weir_set_try_wait(set, NULL, 0, &got));
    EXPECT_EQ(got, 0);
    EXPECT_OK(weir_set_wait(set, ready, 1, &got));
    EXPECT_EQ(got, 1);
    free_all();
}

TEST(both_directions_of_one_channel)
{
    weir_chan *ch = weir_chan_make(8, 2);

    set = weir_set_make();
    EXPECT_OK(weir_set_add(set, ch, WEIR_CASE_RECV, NULL));
    EXPECT_OK(weir_set_add(set, ch, WEIR_CASE_SEND, set));
    EXPECT_OK(try(2));
    EXPECT_EQ(got, 1);
    EXPECT_EQ(ready[0].op, WEIR_CASE_SEND);
    EXPECT_PTR_EQ(ready[0].tag, set);
    send(ch);
    EXPECT_OK(try(2));
    EXPECT_EQ(got, 2);
    send(ch); /* full */
    EXPECT_OK(try(2));
    EXPECT_EQ(got, 1);
    EXPECT_EQ(ready[0].op, WEIR_CASE_RECV);
    weir_set_free(set);
    weir_chan_free(ch);
}

TEST(closed_channel_stays_ready_until_removed)
{
    open_all(0);
    EXPECT_OK(weir_chan_close(chans[0]));
    for (int i = 0; i < 3; i++) {
        EXPECT_OK(try(CHANS));
        EXPECT_EQ(got, 1);
    }
    weir_set_remove(set, chans[0], WEIR_CASE_RECV);
    EXPECT_STATUS(try(CHANS), WEIR_AGAIN);
    free_all();
}

TEST(removed_in_every_state)
{
    open_all(1);
    weir_set_remove(set, chans[0], WEIR_CASE_RECV); /* armed */
    send(chans[0]);
    send(chans[1]);
    weir_set_remove(set, chans[1], WEIR_CASE_RECV); /* ready */
    EXPECT_STATUS(try(CHANS), WEIR_AGAIN);
    send(chans[2]);
    EXPECT_OK(try(CHANS));
    weir_set_remove(set, chans[2], WEIR_CASE_RECV); /* returned */
    EXPECT_STATUS(try(CHANS), WEIR_AGAIN);
    EXPECT_OK(weir_set_add(set, chans[2], WEIR_CASE_RECV, NULL));
    EXPECT_OK(try(CHANS));
    EXPECT_NULL(ready[0].tag);
    free_all();
}

TEST(one_channel_in_two_sets)
{
    weir_set *other = weir_set_make();

    open_all(1);
    EXPECT_OK(weir_set_add(other, chans[0], WEIR_CASE_RECV, other));
    send(chans[0]);
    EXPECT_OK(try(CHANS));
    EXPECT_PTR_EQ(ready[0].tag, &chans[0]);
    EXPECT_OK(weir_set_try_wait(other, ready, 1, &got));
    EXPECT_PTR_EQ(ready[0].tag, other);
    weir_set_free(other);
    free_all();
}

TEST(misuse_is_named)
{
    open_all(1);
    EXPECT_ABORT(EXPECT_OK(weir_set_add(set, chans[0], WEIR_CASE_RECV, NULL)),
                 "set: added twice");
    EXPECT_ABORT(EXPECT_OK(weir_set_add(set, NULL, WEIR_CASE_RECV, NULL)),
                 "set: NULL is never ready");
    EXPECT_ABORT(weir_set_remove(set, chans[0], WEIR_CASE_SEND),
                 "set: removal of what is not in it");
    EXPECT_ABORT(weir_chan_free(chans[0]),
                 "channel: free while it is in a set");
    free_all();
}

struct party {
    struct test_thread thread;
    int status;
    size_t got;
    weir_chan *chan;
};

static void
party_waits(void *arg)
{
    struct party *p = arg;
    weir_ready mine;

    p->status = weir_set_wait(set, &mine, 1, &p->got);
    p->chan = mine.chan;
}

static void
start(struct party *p)
{
    test_thread_start(&p->thread, party_waits, p);
    test_thread_await_asleep(&p->thread);
}

static void
finish(struct party *p, weir_chan *chan)
{
    test_thread_join(&p->thread);
    EXPECT_OK(p->status);
    EXPECT_EQ(p->got, 1);
    EXPECT_PTR_EQ(p->chan, chan);
}

TEST(sleeper_is_woken_by_a_send_a_close_and_an_addition)
{
    struct party p;
    weir_chan *late = weir_chan_make(8, 1);

    open_all(1);
    start(&p);
    send(chans[3]);
    finish(&p, chans[3]);
    recv(chans[3]);
    start(&p);
    EXPECT_OK(weir_chan_close(chans[1]));
    finish(&p, chans[1]);
    weir_set_remove(set, chans[1], WEIR_CASE_RECV);
    start(&p);
    send(late);
    EXPECT_OK(weir_set_add(set, late, WEIR_CASE_RECV, NULL));
    finish(&p, late);
    free_all();
    weir_chan_free(late);
}

TEST(each_of_two_sleepers_gets_a_channel)
{
    struct party p[2];
    weir_chan *seen[2];

    open_all(1);
    start(&p[0]);
    start(&p[1]);
    send(chans[0]);
    send(chans[1]);
    for (int i = 0; i < 2; i++) {
        test_thread_join(&p[i].thread);
        EXPECT_OK(p[i].status);
        seen[i] = p[i].chan;
    }
    EXPECT_TRUE(seen[0] != seen[1]);
    free_all();
}

TEST(set_is_not_freed_under_a_sleeper)
{
    struct party p;

    open_all(1);
    start(&p);
    EXPECT_ABORT(weir_set_free(set), "set: free while somebody waits on it");
    send(chans[0]);
    finish(&p, chans[0]);
    free_all();
}

TEST(rendezvous_is_named_while_a_sender_waits)
{
    struct party p;
    int64_t v = 0;

    open_all(0);
    start(&p);
    EXPECT_STATUS(weir_chan_send_until(chans[2], &v, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
    finish(&p, chans[2]);
    EXPECT_STATUS(try(CHANS), WEIR_AGAIN);
    free_all();
}
