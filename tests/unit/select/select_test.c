/* SPDX-License-Identifier: MIT */
/*
 * select/select_test.c - one wait on several channels: what it returns, and
 * what it leaves behind.
 */
#include "test.h"

#include "select/select.h"

struct call {
    weir_case *cases;
    size_t n;
    weir_limit limit;
    int at;
    struct test_thread thread;
};

static void
run_select(void *arg)
{
    struct call *c = arg;

    c->at = weir_selectv_until(c->cases, c->n, 0, c->limit);
}

static void
start(struct call *c, weir_case *cases, size_t n)
{
    *c = (struct call){ .cases = cases, .n = n, .limit = WEIR_FOREVER };
    test_thread_start(&c->thread, run_select, c);
    test_thread_await_asleep(&c->thread);
}

static weir_case
from(weir_chan *ch, long *msg)
{
    return (weir_case){ ch, msg, WEIR_CASE_RECV, 0 };
}

static weir_case
to(weir_chan *ch, long *msg)
{
    return (weir_case){ ch, msg, WEIR_CASE_SEND, 0 };
}

TEST(a_waiting_select_takes_a_send_of_either_capacity)
{
    for (size_t cap = 0; cap <= 2; cap++) {
        weir_chan *x = weir_chan_make(sizeof(long), cap);
        weir_chan *y = weir_chan_make(sizeof(long), cap);
        long a = 0, b = 0, v = 7;
        weir_case cases[] = { from(x, &a), from(y, &b) };
        struct call c;

        start(&c, cases, 2);
        EXPECT_OK(weir_chan_send(y, &v));
        test_thread_join(&c.thread);
        EXPECT_EQ(c.at, 1);
        EXPECT_OK(cases[1].status);
        EXPECT_EQ(b, 7);
        EXPECT_EQ(a, 0);
        EXPECT_STATUS(weir_chan_try_send(x, &v),
                      cap > 0 ? WEIR_OK : WEIR_AGAIN);
        weir_chan_free(x);
        weir_chan_free(y);
    }
}

TEST(a_waiting_select_gives_a_message_to_a_receive)
{
    for (size_t cap = 0; cap <= 2; cap++) {
        weir_chan *x = weir_chan_make(sizeof(long), cap);
        weir_chan *y = weir_chan_make(sizeof(long), cap);
        long a = 8, b = 9, v = 1;
        weir_case cases[] = { to(x, &a), to(y, &b) };
        struct call c;

        for (size_t i = 0; i < cap; i++) {
            EXPECT_OK(weir_chan_send(x, &v));
            EXPECT_OK(weir_chan_send(y, &v));
        }
        start(&c, cases, 2);
        EXPECT_OK(weir_chan_recv(x, &v));
        test_thread_join(&c.thread);
        EXPECT_EQ(c.at, 0);
        for (size_t i = 0; i < cap; i++)
            EXPECT_OK(weir_chan_recv(x, &v));
        EXPECT_EQ(v, 8);
        EXPECT_EQ(weir_chan_len(x), 0);
        EXPECT_EQ(weir_chan_len(y), cap);
        weir_chan_free(x);
        weir_chan_free(y);
    }
}

TEST(two_selects_meet)
{
    weir_chan *x = weir_chan_make(sizeof(long), 0);
    weir_chan *y = weir_chan_make(sizeof(long), 0);
    long a = 0, b = 5, d = 0, e = 6;
    weir_case cases[] = { from(x, &a), to(y, &b) };
    weir_case mine[] = { to(x, &e), from(y, &d) };
    struct call c;
    int at;

    start(&c, cases, 2);
    at = weir_selectv(mine, 2, 0);
    test_thread_join(&c.thread);
    EXPECT_EQ(at, c.at);
    EXPECT_TRUE(at == 0 ? a == 6 : d == 5);
    weir_chan_free(x);
    weir_chan_free(y);
}

TEST(close_ends_it_and_zeroes_the_message)
{
    weir_chan *x = weir_chan_make(sizeof(long), 1);
    weir_chan *y = weir_chan_make(sizeof(long), 0);
    long a = 77, b = 78;
    weir_case cases[] = { from(x, &a), from(y, &b) };
    struct call c;

    start(&c, cases, 2);
    EXPECT_OK(weir_chan_close(x));
    test_thread_join(&c.thread);
    EXPECT_EQ(c.at, 0);
    EXPECT_STATUS(cases[0].status, WEIR_CLOSED);
    EXPECT_EQ(a, 0);
    EXPECT_EQ(b, 78);
    weir_chan_free(x);
    weir_chan_free(y);
}

TEST(a_limit_that_has_passed_is_a_try)
{
    weir_chan *x = weir_chan_make(sizeof(long), 1);
    long a = 0, v = 3;
    weir_case cases[] = { from(x, &a), from(NULL, &a) };

    EXPECT_STATUS(weir_selectv_until(cases, 2, 0, weir_deadline(0)),
                  WEIR_TIMEOUT);
    EXPECT_OK(weir_chan_send(x, &v));
    EXPECT_EQ(weir_selectv_until(cases, 2, 0, weir_deadline(0)), 0);
    EXPECT_EQ(a, 3);
    EXPECT_STATUS(weir_selectv_until(cases, 2, 0, weir_deadline(WEIR_MS(2))),
                  WEIR_TIMEOUT);
    weir_chan_free(x);
}

TEST(one_case_is_the_plain_operation)
{
    weir_chan *x = weir_chan_make(sizeof(long), 1);
    long v = 3, got = 0;
    weir_case c = to(x, &v);

    EXPECT_EQ(weir_selectv(&c, 1, 0), 0);
    EXPECT_STATUS(weir_try_selectv(&c, 1, 0), WEIR_AGAIN);
    c = from(x, &got);
    EXPECT_EQ(weir_try_selectv(&c, 1, 0), 0);
    EXPECT_EQ(got, 3);
    EXPECT_STATUS(weir_selectv_until(&c, 1, 0, weir_deadline(0)), WEIR_TIMEOUT);
    weir_chan_free(x);
}

TEST(no_case_waits_for_its_limit)
{
    EXPECT_STATUS(weir_try_selectv(NULL, 0, 0), WEIR_AGAIN);
    EXPECT_STATUS(weir_selectv_until(NULL, 0, 0, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
}
