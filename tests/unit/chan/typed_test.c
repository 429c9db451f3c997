/* SPDX-License-Identifier: MIT */
/*
 * chan/typed_test.c - the typed layer as its users see it.
 *
 * That misuse does not compile is tested by semantics/refused.py.
 */
#include "test.h"

#include <string.h>

#include <weir/weir.h>

struct point {
    double x;
    double y;
    char name[9];
};

WEIR_CHAN(ints, int);
WEIR_CHAN(points, struct point);
WEIR_CHAN(strings, const char *);
WEIR_CHAN(lines, ints *);

static ints *
ints_of(int count)
{
    ints *ch = ints_make((size_t)count);

    for (int i = 1; i <= count; i++)
        EXPECT_OK(weir_send(ch, i));
    return ch;
}

TEST(a_typed_channel_goes_into_a_set)
{
    ints *ch = ints_make(2);
    weir_set *set = weir_set_make();
    weir_ready ready;
    size_t got = 0;

    EXPECT_OK(weir_set_add(set, ints_as_chan(ch), WEIR_CASE_RECV, ch));
    EXPECT_OK(weir_send(ch, 7));
    EXPECT_OK(weir_set_wait(set, &ready, 1, &got));
    EXPECT_EQ(got, 1);
    EXPECT_PTR_EQ(ready.tag, ch);
    EXPECT_PTR_EQ(ready.chan, ints_as_chan(ch));
    weir_set_remove(set, ints_as_chan(ch), WEIR_CASE_RECV);
    weir_set_free(set);
    ints_free(ch);
}

TEST(typed_channel_grows_to_its_quota)
{
    const weir_chan_options o = { .quota = 700 };
    ints *any = ints_make(WEIR_UNBOUNDED);
    ints *some = ints_make_with(WEIR_UNBOUNDED, &o);
    int v = 0;

    EXPECT_EQ(weir_cap(any), WEIR_UNBOUNDED);
    EXPECT_EQ(weir_cap(some), 700);
    for (int i = 0; i < 1000; i++) {
        EXPECT_OK(weir_send(any, i));
        EXPECT_STATUS(weir_try_send(some, i), i < 700 ? WEIR_OK : WEIR_AGAIN);
    }
    for (int i = 0; i < 1000; i++) {
        EXPECT_OK(weir_recv(any, &v));
        EXPECT_EQ(v, i);
    }
    EXPECT_STATUS(weir_try_recv(any, &v), WEIR_AGAIN);
    ints_free(any);
    ints_free(some);
}

TEST(generic_calls_pass_values)
{
    ints *ch = ints_make(2);
    int v = 0;

    EXPECT_EQ(weir_cap(ch), 2);
    EXPECT_OK(weir_send(ch, 1));
    EXPECT_OK(weir_try_send(ch, 2));
    EXPECT_EQ(weir_len(ch), 2);
    EXPECT_STATUS(weir_try_send(ch, 3), WEIR_AGAIN);
    EXPECT_STATUS(weir_send_until(ch, 3, weir_limit_at(0)), WEIR_TIMEOUT);
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 1);
    EXPECT_OK(weir_send_until(ch, 3, WEIR_FOREVER));
    EXPECT_OK(weir_try_recv(ch, &v));
    EXPECT_EQ(v, 2);
    EXPECT_OK(weir_recv_until(ch, &v, WEIR_FOREVER));
    EXPECT_EQ(v, 3);
    EXPECT_STATUS(weir_try_recv(ch, &v), WEIR_AGAIN);
    EXPECT_STATUS(weir_recv_until(ch, &v, weir_limit_at(0)), WEIR_TIMEOUT);
    EXPECT_OK(weir_close(ch));
    EXPECT_STATUS(weir_close(ch), WEIR_CLOSED);
    EXPECT_STATUS(weir_send(ch, 1), WEIR_CLOSED);
    EXPECT_STATUS(weir_recv(ch, &v), WEIR_CLOSED);
    EXPECT_EQ(v, 0);
    ints_free(ch);
}

TEST(named_calls_pass_values)
{
    ints *ch = ints_make(2);
    int v = 0;

    EXPECT_EQ(ints_cap(ch), 2);
    EXPECT_OK(ints_send(ch, 1));
    EXPECT_OK(ints_try_send(ch, 2));
    EXPECT_EQ(ints_len(ch), 2);
    EXPECT_STATUS(ints_send_until(ch, 3, weir_limit_at(0)), WEIR_TIMEOUT);
    EXPECT_OK(ints_recv(ch, &v));
    EXPECT_EQ(v, 1);
    EXPECT_OK(ints_try_recv(ch, &v));
    EXPECT_EQ(v, 2);
    EXPECT_STATUS(ints_recv_until(ch, &v, weir_limit_at(0)), WEIR_TIMEOUT);
    EXPECT_OK(ints_close(ch));
    EXPECT_STATUS(ints_recv(ch, &v), WEIR_CLOSED);
    ints_free(ch);
}

TEST(structures_strings_and_channels_are_messages)
{
    points *p = points_make(1);
    strings *s = strings_make(1);
    lines *l = lines_make(1);
    ints *inner = ints_of(1);
    ints *got = NULL;
    struct point out = { 0 };
    const char *text = NULL;

    EXPECT_OK(weir_send(p, ((struct point){ 1, 2, "here" })));
    EXPECT_OK(weir_recv(p, &out));
    EXPECT_TRUE(out.x == 1 && out.y == 2);
    EXPECT_STREQ(out.name, "here");
    EXPECT_OK(weir_send(s, "text"));
    EXPECT_OK(weir_recv(s, &text));
    EXPECT_STREQ(text, "text");
    EXPECT_OK(weir_send(l, inner));
    EXPECT_OK(weir_recv(l, &got));
    EXPECT_PTR_EQ(got, inner);
    points_free(p);
    strings_free(s);
    lines_free(l);
    ints_free(inner);
}

TEST(views_are_the_channel)
{
    ints *ch = ints_make(3);
    ints_sender *tx = ints_as_sender(ch);
    ints_receiver *rx = ints_as_receiver(ch);
    int v = 0;

    EXPECT_OK(weir_send(tx, 1));
    EXPECT_OK(weir_try_send(tx, 2));
    EXPECT_OK(weir_send_until(tx, 3, WEIR_FOREVER));
    EXPECT_EQ(weir_len(tx), 3);
    EXPECT_EQ(weir_cap(rx), 3);
    EXPECT_OK(weir_recv(rx, &v));
    EXPECT_OK(weir_try_recv(rx, &v));
    EXPECT_EQ(v, 2);
    EXPECT_OK(weir_close(tx));
    EXPECT_OK(weir_recv_until(rx, &v, WEIR_FOREVER));
    EXPECT_EQ(v, 3);
    EXPECT_STATUS(weir_drop(rx), WEIR_CLOSED);
    ints_free(ch);
}

TEST(batches_are_arrays_of_the_element_type)
{
    ints *ch = ints_make(4);
    ints_sender *tx = ints_as_sender(ch);
    ints_receiver *rx = ints_as_receiver(ch);
    const int in[3] = { 1, 2, 3 };
    int out[4] = { 0 };
    size_t k = 0;

    EXPECT_OK(weir_send_n(ch, in, 3, &k));
    EXPECT_EQ(k, 3);
    EXPECT_OK(weir_try_send_n(tx, in, 3, &k));
    EXPECT_EQ(k, 1);
    EXPECT_STATUS(weir_send_n_until(tx, in, 3, &k, weir_limit_at(0)),
                  WEIR_TIMEOUT);
    EXPECT_OK(weir_recv_n(ch, out, 2, &k));
    EXPECT_EQ(k, 2);
    EXPECT_OK(weir_try_recv_n(rx, out, 4, &k));
    EXPECT_EQ(k, 2);
    EXPECT_EQ(out[0], 3);
    EXPECT_EQ(out[1], 1);
    EXPECT_STATUS(weir_recv_n_until(rx, out + 1, 3, &k, weir_limit_at(0)),
                  WEIR_TIMEOUT);
    ints_free(ch);
}

TEST(options_and_statistics_of_a_typed_channel)
{
    const weir_chan_options latest = { .on_full = WEIR_FULL_DROP_OLDEST,
                                       .stats = true };
    ints *ch = ints_make_with(1, &latest);
    weir_chan_statistics stats;
    int v = 0;

    for (int i = 1; i <= 5; i++)
        EXPECT_OK(weir_send(ch, i));
    weir_stats(ch, &stats);
    EXPECT_EQ(stats.dropped, 4);
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 5);
    ints_free(ch);
}

TEST(drop_receives_and_discards)
{
    ints *ch = ints_of(2);
    int v = 0;

    EXPECT_OK(weir_drop(ch));
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 2);
    EXPECT_OK(weir_close(ch));
    EXPECT_STATUS(weir_drop(ch), WEIR_CLOSED);
    ints_free(ch);
}

TEST(range_ends_when_closed_and_drained)
{
    ints *ch = ints_of(4);
    int sum = 0;
    int v;

    EXPECT_OK(weir_close(ch));
    weir_range(ch, &v)
        sum += v;
    EXPECT_EQ(sum, 10);
    EXPECT_EQ(v, 0);
    ints_free(ch);
}

TEST(break_and_continue_belong_to_the_range)
{
    ints *ch = ints_of(6);
    int sum = 0;
    int v;

    EXPECT_OK(weir_close(ch));
    weir_range(ch, &v) {
        if (v == 2)
            continue;
        if (v == 5)
            break;
        sum += v;
    }
    EXPECT_EQ(sum, 1 + 3 + 4);
    EXPECT_OK(weir_recv(ch, &v)); /* the channel goes on */
    EXPECT_EQ(v, 6);
    ints_free(ch);
}

static int calls;

static ints *
counted(ints *ch)
{
    calls++;
    return ch;
}

static int *
counted_place(int *place)
{
    calls += 10;
    return place;
}

TEST(arguments_are_evaluated_once)
{
    ints *ch = ints_make(2);
    int v = 7;
    int got = 0;

    calls = 0;
    EXPECT_OK(weir_send(counted(ch), v++));
    EXPECT_EQ(calls, 1);
    EXPECT_EQ(v, 8);
    EXPECT_OK(weir_try_send(counted(ch), v++));
    EXPECT_EQ(calls, 2);
    EXPECT_EQ(v, 9);
    EXPECT_STATUS(weir_send_until(counted(ch), v++, weir_limit_at(0)),
                  WEIR_TIMEOUT);
    EXPECT_EQ(calls, 3);
    EXPECT_EQ(v, 10);
    EXPECT_OK(weir_recv(counted(ch), counted_place(&got)));
    EXPECT_EQ(calls, 14);
    EXPECT_EQ(got, 7);
    EXPECT_OK(weir_drop(counted(ch)));
    EXPECT_EQ(calls, 15);
    EXPECT_STATUS(weir_try_recv(counted(ch), counted_place(&got)), WEIR_AGAIN);
    EXPECT_EQ(calls, 26);
    EXPECT_EQ(weir_len(counted(ch)), 0);
    EXPECT_OK(weir_close(counted(ch)));
    EXPECT_EQ(calls, 28);
    ints_free(ch);
}

TEST(nil_channel_is_never_ready)
{
    ints *ch = NULL;
    int v = 5;

    EXPECT_STATUS(weir_try_send(ch, 1), WEIR_AGAIN);
    EXPECT_STATUS(weir_try_recv(ch, &v), WEIR_AGAIN);
    EXPECT_STATUS(weir_recv_until(ch, &v, weir_deadline(0)), WEIR_TIMEOUT);
    EXPECT_EQ(v, 5);
    EXPECT_EQ(weir_len(ch), 0);
    EXPECT_EQ(weir_cap(ch), 0);
    ints_free(ch);
}

static void
echo(void *arg)
{
    ints *ch = arg;
    int v;

    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_OK(weir_send(ch, v + 1));
}

TEST(threads_meet_through_a_typed_rendezvous)
{
    ints *ch = ints_make(0);
    struct test_thread thread;
    int v = 0;

    test_thread_start(&thread, echo, ch);
    EXPECT_OK(weir_send(ch, 41));
    EXPECT_OK(weir_recv(ch, &v));
    EXPECT_EQ(v, 42);
    test_thread_join(&thread);
    ints_free(ch);
}
