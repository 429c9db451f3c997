/* SPDX-License-Identifier: MIT */
/*
 * semantics/chan_close_test.c - receives, close and range: CH-18 to CH-31.
 *
 * Where Go panics, weir returns WEIR_CLOSED.  docs/semantics.md has every row;
 * what needs one worker stands in order_test.c.
 */
#include "party.h"

#include <stdlib.h>
#include <string.h>

/* --- receive -------------------------------------------------------------- */

struct drained {
    weir_chan *ch;
    WEIR_ATOMIC(int64_t) received;
};

static void
drain_closed(void *arg, unsigned index)
{
    struct drained *r = arg;
    int64_t msg;

    (void)index;
    for (int i = 0; i < 20; i++) {
        msg = 0x55;
        if (weir_chan_recv(r->ch, &msg) == WEIR_OK)
            (void)weir_fetch_add_rlx(&r->received, msg);
        else
            EXPECT_EQ(msg, 0);
    }
}

TEST(ch_18_closed_gives_what_was_buffered_then_zero_to_anybody)
{
    struct drained r = { .ch = weir_chan_make(8, 10) };
    int64_t msg;

    for (msg = 1; msg <= 10; msg++)
        EXPECT_OK(weir_chan_send(r.ch, &msg));
    EXPECT_OK(weir_chan_close(r.ch));
    test_threads(4, drain_closed, &r);
    EXPECT_EQ(weir_load_rlx(&r.received), 55);
    weir_chan_free(r.ch);
}

TEST(ch_19_sent_zero_is_told_from_closed)
{
    weir_chan *ch = weir_chan_make(8, 1);
    int64_t msg = 0;

    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_close(ch));
    msg = 7;
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(msg, 0);
    msg = 7;
    EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
    EXPECT_EQ(msg, 0);
    weir_chan_free(ch);
}

TEST(ch_20_value_may_be_dropped_and_closed_zero_fills)
{
    ints *ch = ints_make(1);
    unsigned char out[sizeof(int)];
    const unsigned char zero[sizeof(int)] = { 0 };

    EXPECT_OK(weir_send(ch, 5));
    EXPECT_OK(weir_drop(ch));
    EXPECT_EQ(weir_len(ch), 0);
    EXPECT_OK(weir_close(ch));
    memset(out, 0xaa, sizeof(out));
    EXPECT_STATUS(weir_chan_recv((weir_chan *)(void *)ch, out), WEIR_CLOSED);
    EXPECT_MEMEQ(out, zero, sizeof(out));
    EXPECT_STATUS(weir_drop(ch), WEIR_CLOSED);
    ints_free(ch);
}

TEST(ch_21_parked_receivers_are_first_in_first_out)
{
    enum { RECEIVERS = 5 };

    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party receivers[RECEIVERS];

        for (int i = 0; i < RECEIVERS; i++)
            party_park(&receivers[i], ch, party_receives, -1);
        for (int64_t i = 0; i < RECEIVERS; i++)
            EXPECT_OK(weir_chan_send(ch, &i));
        for (int i = 0; i < RECEIVERS; i++) {
            test_thread_join(&receivers[i].thread);
            EXPECT_EQ(receivers[i].msg, i);
        }
        weir_chan_free(ch);
    }
}

TEST(ch_22_receive_from_full_takes_the_head_and_fills_the_tail)
{
    weir_chan *ch = weir_chan_make(8, 2);
    struct party sender;
    int64_t msg;

    for (msg = 0; msg < 2; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    party_park(&sender, ch, party_sends, 2);
    EXPECT_EQ(party_take(ch), 0);
    EXPECT_EQ(weir_chan_len(ch), 2);
    EXPECT_EQ(party_take(ch), 1);
    EXPECT_EQ(party_take(ch), 2);
    test_thread_join(&sender.thread);
    weir_chan_free(ch);
}

TEST(ch_23_try_receive_tells_got_closed_and_again_apart)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party sender;
        int64_t msg = 7;

        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        EXPECT_EQ(msg, 7); /* untouched */
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        party_park(&sender, ch, party_sends, 7);
        for (size_t i = 0; i <= capacity; i++)
            EXPECT_OK(weir_chan_try_recv(ch, &msg));
        test_thread_join(&sender.thread);
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_CLOSED);
        EXPECT_EQ(msg, 0);
        weir_chan_free(ch);
    }
}

/* Go's TestNonblockRecvRace: a value is there all the time; a close must not
 * hide it. */
static void
close_or_try(void *arg, unsigned index)
{
    weir_chan *ch = arg;
    int64_t msg;

    if (index == 0)
        EXPECT_OK(weir_chan_close(ch));
    else
        EXPECT_OK(weir_chan_try_recv(ch, &msg));
}

TEST(ch_24_try_receive_finds_a_value_that_is_closed_over)
{
    for (uint64_t i = test_rounds(2000); i > 0; i--) {
        weir_chan *ch = weir_chan_make(8, 1);
        const int64_t msg = 1;

        EXPECT_OK(weir_chan_send(ch, &msg));
        test_threads(2, close_or_try, ch);
        weir_chan_free(ch);
    }
}

/* --- close, range --------------------------------------------------------- */

static void
close_wakes(size_t capacity, void (*run)(void *arg), int64_t due)
{
    enum { PARTIES = 8 };
    weir_chan *ch = weir_chan_make(8, capacity);
    struct party parties[PARTIES];
    int64_t msg;

    if (run == party_sends)
        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
    for (int i = 0; i < PARTIES; i++)
        party_park(&parties[i], ch, run, 77);
    EXPECT_OK(weir_chan_close(ch));
    for (int i = 0; i < PARTIES; i++) {
        test_thread_join(&parties[i].thread);
        EXPECT_STATUS(parties[i].status, WEIR_CLOSED);
        EXPECT_EQ(parties[i].msg, due);
    }
    weir_chan_free(ch);
}

TEST(ch_25_close_wakes_all_parked_parties)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        close_wakes(capacity, party_receives, 0);
        close_wakes(capacity, party_sends, 77);
    }
}

struct closers {
    weir_chan *ch;
    WEIR_ATOMIC(int) won;
    WEIR_ATOMIC(int) lost;
};

static void
close_it(void *arg, unsigned index)
{
    struct closers *c = arg;

    (void)index;
    if (weir_chan_close(c->ch) == WEIR_OK)
        (void)weir_fetch_add_rlx(&c->won, 1);
    else
        (void)weir_fetch_add_rlx(&c->lost, 1);
}

TEST(ch_26_exactly_one_of_many_closes_wins)
{
    for (uint64_t i = test_rounds(200); i > 0; i--) {
        struct closers c = { .ch = weir_chan_make(8, i % 3) };

        test_threads(8, close_it, &c);
        EXPECT_EQ(weir_load_rlx(&c.won), 1);
        EXPECT_EQ(weir_load_rlx(&c.lost), 7);
        EXPECT_STATUS(weir_chan_close(c.ch), WEIR_CLOSED);
        weir_chan_free(c.ch);
    }
    EXPECT_ABORT((void)weir_chan_close(NULL), "weir: channel: close of NULL");
}

TEST(ch_27_close_keeps_buffered_values)
{
    weir_chan *ch = weir_chan_make(8, 5);
    int64_t msg;

    for (msg = 0; msg < 5; msg++)
        EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_EQ(weir_chan_len(ch), 5);
    for (int64_t due = 0; due < 5; due++)
        EXPECT_EQ(party_take(ch), due);
    weir_chan_free(ch);
}

struct rangers {
    ints *ch;
    WEIR_ATOMIC(int) sum;
};

static void
range_all(void *arg, unsigned index)
{
    struct rangers *r = arg;
    int v;

    if (index == 0) {
        for (int i = 1; i <= 200; i++)
            EXPECT_OK(weir_send(r->ch, i));
        EXPECT_OK(weir_close(r->ch));
    } else {
        weir_range(r->ch, &v)
            (void)weir_fetch_add_rlx(&r->sum, v);
    }
}

TEST(ch_29_rangers_share_the_values_until_closed_and_drained)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        struct rangers r = { .ch = ints_make(capacity) };

        test_threads(3, range_all, &r);
        EXPECT_EQ(weir_load_rlx(&r.sum), 200 * 201 / 2);
        ints_free(r.ch);
    }
}

TEST(ch_29_break_leaves_the_channel_usable)
{
    ints *ch = ints_make(3);
    int v;

    EXPECT_OK(weir_send(ch, 1));
    EXPECT_OK(weir_send(ch, 2));
    weir_range(ch, &v)
        break;
    EXPECT_EQ(v, 1);
    EXPECT_OK(weir_send(ch, 3));
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 2);
    ints_free(ch);
}

TEST(ch_31_close_says_whether_it_closed)
{
    weir_chan *ch = weir_chan_make(8, 1);

    EXPECT_OK(weir_chan_close(ch));
    EXPECT_STATUS(weir_chan_close(ch), WEIR_CLOSED);
    weir_chan_free(ch);
}
