/* SPDX-License-Identifier: MIT */
/* base/base_test.c - status texts, the line of a misuse, the hook. */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/base.h"

TEST(strerror_names_every_status)
{
    EXPECT_STREQ(weir_strerror(WEIR_OK), "success");
    EXPECT_STREQ(weir_strerror(WEIR_CLOSED), "channel closed");
    EXPECT_STREQ(weir_strerror(WEIR_AGAIN), "would block");
    EXPECT_STREQ(weir_strerror(WEIR_TIMEOUT), "timed out");
    EXPECT_STREQ(weir_strerror(WEIR_DEADLINE), "context deadline exceeded");
    EXPECT_STREQ(weir_strerror(WEIR_CANCELED), "context canceled");
    EXPECT_STREQ(weir_strerror(WEIR_NOMEM), "out of memory");
}

TEST(strerror_of_others_says_unknown)
{
    EXPECT_STREQ(weir_strerror(1), "unknown status");
    EXPECT_STREQ(weir_strerror(-EPERM), "unknown status");
    EXPECT_STREQ(weir_strerror(INT32_MIN), "unknown status");
}

TEST(statuses_are_distinct_negative_errnos)
{
    static const int statuses[] = { WEIR_OK,      WEIR_CLOSED,   WEIR_AGAIN,
                                    WEIR_TIMEOUT, WEIR_DEADLINE, WEIR_CANCELED,
                                    WEIR_NOMEM };
    enum { COUNT = sizeof(statuses) / sizeof(statuses[0]) };

    for (int i = 0; i < COUNT; i++) {
        EXPECT_LE(statuses[i], 0);
        for (int j = 0; j < i; j++)
            EXPECT_NE(statuses[i], statuses[j]);
    }
}

TEST(strerror_leaves_errno_alone)
{
    errno = 12345;
    (void)weir_strerror(WEIR_CLOSED);
    (void)weir_strerror(77);
    EXPECT_EQ(errno, 12345);
}

TEST(time_units_are_nanoseconds)
{
    EXPECT_EQ(WEIR_NS(7), 7);
    EXPECT_EQ(WEIR_US(7), 7000);
    EXPECT_EQ(WEIR_MS(7), 7000000);
    EXPECT_EQ(WEIR_S(7), 7000000000);
    EXPECT_EQ(WEIR_FOREVER.at_ns, INT64_MAX);
    EXPECT_NULL(WEIR_FOREVER.cancel);
    EXPECT_EQ(weir_limit_at(-3).at_ns, -3);
    EXPECT_NULL(weir_limit_at(-3).cancel);
}

TEST(panic_prints_one_line_and_aborts)
{
    EXPECT_ABORT(wr_panic("noun", "what"), "weir: noun: what\n");
}

TEST(panic_cuts_a_long_line_and_aborts)
{
    static char what[4096];

    memset(what, 'x', sizeof(what) - 1);
    EXPECT_ABORT(wr_panic("noun", what), "weir: noun: xxxx");
}

static void
check(bool holds)
{
    WR_CHECK(holds, "thing", "done wrongly");
}

TEST(check_aborts_only_when_it_does_not_hold)
{
    check(true);
    EXPECT_ABORT(check(false), "weir: thing: done wrongly\n");
}

static void
check_once(int *calls)
{
    WR_CHECK(++*calls == 1, "thing", "evaluated twice");
}

TEST(check_evaluates_its_condition_once)
{
    int calls = 0;

    check_once(&calls);
    EXPECT_EQ(calls, 1);
}

#ifndef NDEBUG
static void
assert_that(bool holds)
{
    WR_ASSERT(holds);
}

TEST(assert_names_its_condition)
{
    assert_that(true);
    EXPECT_ABORT(assert_that(false),
                 "weir: internal: assertion failed: holds\n");
}
#endif

static void
ending_hook(const char *line)
{
    (void)dprintf(STDERR_FILENO, "hook got <%s>", line);
    _exit(42);
}

static void
returning_hook(const char *line)
{
    (void)dprintf(STDERR_FILENO, "hook got <%s>", line);
}

static void
panic_with(weir_panic_hook *hook)
{
    weir_set_panic_hook(hook);
    wr_panic("noun", "what");
}

TEST(hook_sees_the_line_and_may_end_the_process)
{
    EXPECT_EXIT(panic_with(ending_hook), 42, "hook got <weir: noun: what>");
}

TEST(hook_that_returns_is_followed_by_abort)
{
    EXPECT_ABORT(panic_with(returning_hook), "hook got <weir: noun: what>");
}

static void
panic_after_reset(void)
{
    weir_set_panic_hook(ending_hook);
    weir_set_panic_hook(NULL);
    wr_panic("noun", "what");
}

TEST(null_hook_brings_the_default_back)
{
    EXPECT_ABORT(panic_after_reset(), "weir: noun: what\n");
}
