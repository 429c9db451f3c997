/* SPDX-License-Identifier: MIT */
/* semantics/event_test.c - events and sets in the rows of select. */
#include "party.h"

#include <weir/event.h>
#include <weir/select.h>
#include <weir/set.h>

#include <stdio.h>

static void
set_it(void *arg)
{
    (void)weir_event_set(arg);
}

TEST(se_19_event_is_a_case_of_select)
{
    weir_event stop = WEIR_EVENT_INIT;
    ints *never = ints_make(0);
    struct test_thread thread;
    int chosen = 0;
    int v;

    weir_select(s)
    {
        weir_on_recv(s, never, &v)
        {
            chosen = 1;
        }
        weir_on_event(s, &stop)
        {
            chosen = 2;
        }
        weir_on_default(s)
        {
            chosen = 3;
        }
    }
    EXPECT_EQ(chosen, 3);
    test_thread_start(&thread, set_it, &stop);
    weir_select(s)
    {
        weir_on_recv(s, never, &v)
        {
            chosen = 1;
        }
        weir_on_event(s, &stop)
        {
            chosen = weir_ok(s) ? 2 : 4;
        }
    }
    EXPECT_EQ(chosen, 2);
    test_thread_join(&thread);
    weir_select(s)
    { /* NULL is off */
        weir_on_event(s, NULL)
        {
            chosen = 5;
        }
        weir_on_event(s, &stop)
        {
            chosen = 6;
        }
        weir_on_default(s)
        {
            chosen = 7;
        }
    }
    EXPECT_EQ(chosen, 6);
    ints_free(never);
}

TEST(se_03_set_event_competes_like_any_ready_case)
{
    enum { ROUNDS = 1000 };
    weir_event on = WEIR_EVENT_INIT;
    ints *ch = ints_make(1);
    int events = 0;

    EXPECT_OK(weir_event_set(&on));
    EXPECT_OK(weir_send(ch, 1));
    for (int i = 0; i < ROUNDS; i++) {
        int v = 0;

        weir_select(s)
        {
            weir_on_event(s, &on)
            {
                events++;
            }
            weir_on_recv(s, ch, &v)
            {
                EXPECT_OK(weir_send(ch, v));
            }
        }
    }
    /* 10 standard deviations around a half */
    EXPECT_GT(events, ROUNDS / 2 - 158);
    EXPECT_LT(events, ROUNDS / 2 + 158);
    ints_free(ch);
}

TEST(se_18_ordered_select_takes_a_set_event_first)
{
    weir_event on = WEIR_EVENT_INIT;
    ints *ch = ints_make(1);
    int v;

    EXPECT_OK(weir_event_set(&on));
    EXPECT_OK(weir_send(ch, 1));
    for (int i = 0; i < 50; i++) {
        bool event = false;

        weir_select_ordered(s)
        {
            weir_on_event(s, &on)
            {
                event = true;
            }
            weir_on_recv(s, ch, &v)
            {
            }
        }
        EXPECT_TRUE(event);
    }
    ints_free(ch);
}

/* Kilobytes of this process in memory. */
static long
resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long size = 0;
    long pages = 0;

    if (f == NULL)
        return 0;
    if (fscanf(f, "%ld %ld", &size, &pages) != 2)
        pages = 0;
    (void)fclose(f);
    return pages * 4;
}

struct stream {
    ints *ch;
    int n;
};

static void
send_stream(void *arg)
{
    const struct stream *s = arg;

    for (int i = 0; i < s->n; i++)
        EXPECT_OK(weir_send(s->ch, i));
}

static void
receive_beside(weir_event *never, struct stream *stream)
{
    struct test_thread thread;

    test_thread_start(&thread, send_stream, stream);
    for (int i = 0; i < stream->n; i++) {
        int v = -1;

        weir_select(s)
        {
            weir_on_event(s, never)
            {
                EXPECT_TRUE(false);
            }
            weir_on_recv(s, stream->ch, &v)
            {
            }
        }
        if (v != i)
            EXPECT_EQ(v, i);
    }
    test_thread_join(&thread);
}

TEST(ch_36_selects_on_an_event_that_is_never_set_take_no_memory)
{
    weir_event never = WEIR_EVENT_INIT;
    struct stream stream = { ints_make(0), 1000 };
    long before;

    receive_beside(&never, &stream); /* stacks, waiters */
    before = resident();
    stream.n = (int)test_rounds(100000);
    receive_beside(&never, &stream);
    if (!TEST_SANITIZED)
        EXPECT_LT(resident() - before, 512);
    EXPECT_EQ(weir_load_rlx(&never.word), 0); /* nobody is left in it */
    ints_free(stream.ch);
}

TEST(se_14_set_names_the_ready_ones_among_thousands)
{
    enum { CHANS = 4096 };
    static ints *chans[CHANS];
    weir_set *set = weir_set_make();
    weir_ready ready[4];
    size_t got;
    int v;

    for (int i = 0; i < CHANS; i++) {
        chans[i] = ints_make(1);
        EXPECT_OK(weir_set_add(set, (weir_chan *)(void *)chans[i],
                               WEIR_CASE_RECV, &chans[i]));
    }
    for (int i = 0; i < CHANS; i += 1000) {
        EXPECT_OK(weir_send(chans[i], i));
        EXPECT_OK(weir_set_wait(set, ready, 4, &got));
        EXPECT_EQ(got, 1);
        EXPECT_PTR_EQ(ready[0].tag, &chans[i]);
        EXPECT_OK(weir_recv(chans[i], &v));
    }
    EXPECT_STATUS(weir_set_try_wait(set, ready, 4, &got), WEIR_AGAIN);
    weir_set_free(set);
    for (int i = 0; i < CHANS; i++)
        ints_free(chans[i]);
}
