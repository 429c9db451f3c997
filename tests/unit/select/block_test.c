/* SPDX-License-Identifier: MIT */
/*
 * select/block_test.c - the block form: clauses, and leaving them.
 */
#include "test.h"

#include <weir/weir.h>

WEIR_CHAN(longs, long);

static int evaluated;

static longs *
counted(longs *ch)
{
    evaluated++;
    return ch;
}

TEST(the_chosen_block_alone_runs_and_operands_are_evaluated_once)
{
    longs *x = longs_make(1), *y = longs_make(1);
    long v = 0, w = 9;
    int ran = 0;

    evaluated = 0;
    EXPECT_OK(weir_send(x, 3));
    EXPECT_OK(weir_send(y, 4));
    weir_select(s)
    {
        weir_on_recv(s, counted(x), &v)
        {
            EXPECT_TRUE(weir_ok(s));
            EXPECT_EQ(v, 3);
            ran++;
        }
        weir_on_send(s, counted(y), &w) ran += 100;
        weir_on_deadline(s, weir_deadline(WEIR_S(60))) ran += 1000;
    }
    EXPECT_EQ(ran, 1);
    EXPECT_EQ(evaluated, 2);
    longs_free(x);
    longs_free(y);
}

TEST(default_and_deadline_run_when_due)
{
    longs *x = longs_make(0);
    long v;
    int ran = 0;

    weir_select(s)
    {
        weir_on_recv(s, x, &v) ran += 100;
        weir_on_default(s) ran++;
    }
    EXPECT_EQ(ran, 1);
    weir_select(s)
    {
        weir_on_deadline(s, weir_deadline(WEIR_MS(1)))
        {
            EXPECT_STATUS(weir_selected(s), WEIR_TIMEOUT);
            ran++;
        }
        weir_on_recv(s, x, &v) ran += 100;
    }
    EXPECT_EQ(ran, 2);
    longs_free(x);
}

/* SE-15 */
TEST(break_and_continue_leave_the_select_only)
{
    longs *x = longs_make(1);
    int rounds = 0, behind = 0;
    long v = 1;

    for (; rounds < 3; rounds++) {
        weir_select(s)
        {
            weir_on_send(s, x, &v)
            {
                if (rounds == 0)
                    break;
                continue;
            }
            weir_on_recv(s, x, &v) continue;
        }
        behind++;
    }
    EXPECT_EQ(rounds, 3);
    EXPECT_EQ(behind, 3);
    longs_free(x);
}

TEST(closed_cases_say_so)
{
    longs *x = longs_make(1);
    long v = 7;
    int ran = 0;

    EXPECT_OK(weir_close(x));
    weir_select_ordered(s)
    {
        weir_on_recv(s, x, &v)
        {
            EXPECT_FALSE(weir_ok(s));
            EXPECT_STATUS(weir_selected(s), WEIR_CLOSED);
            EXPECT_EQ(v, 0);
            ran++;
        }
        weir_on_send(s, x, &v) ran += 100;
    }
    EXPECT_EQ(ran, 1);
    longs_free(x);
}

TEST(an_event_is_a_clause)
{
    weir_event ev = WEIR_EVENT_INIT;
    longs *x = longs_make(0);
    long v;
    int ran = 0;

    weir_event_set(&ev);
    weir_select(s)
    {
        weir_on_recv(s, x, &v) ran += 100;
        weir_on_event(s, &ev)
        {
            EXPECT_TRUE(weir_ok(s));
            ran++;
        }
    }
    EXPECT_EQ(ran, 1);
    longs_free(x);
}

static void
seventeen_cases(void)
{
    long v;

    weir_select(s)
    {
        for (int i = 0; i < 17; i++)
            weir_on_recv(s, (longs *)NULL, &v) return;
    }
}

TEST(a_seventeenth_case_aborts)
{
    EXPECT_ABORT(seventeen_cases(), "select: more than 16 cases");
}

static void
two_defaults(void)
{
    weir_select(s)
    {
        weir_on_default(s) return;
        weir_on_default(s) return;
    }
}

TEST(two_defaults_abort)
{
    EXPECT_ABORT(two_defaults(), "select: two defaults");
}
