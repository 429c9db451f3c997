/* SPDX-License-Identifier: MIT */
/*
 * harness.c - tests that fail on purpose: what tests/test.c makes of them.
 * harness.expected is the output that is due; tools_test.sh compares.
 */
#include "test.h"

#include <stdio.h>
#include <stdlib.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void
die(const char *last_words)
{
    fprintf(stderr, "%s\n", last_words);
    abort();
}

TEST(what_holds_passes)
{
    EXPECT_EQ(1 + 1, 2);
    EXPECT_LT(-1, 0);
    EXPECT_STREQ("a", "a");
    EXPECT_MEMEQ("ab", "ab", 2);
    EXPECT_OK(WEIR_OK);
    EXPECT_STATUS(WEIR_CLOSED, WEIR_CLOSED);
    EXPECT_ABORT(die("weir: mutex: not locked"), "mutex: not locked");
    EXPECT_EXIT(exit(2), 2, "");
}

TEST(what_does_not_hold_fails)
{
    EXPECT_EQ(1 + 1, 3);
    EXPECT_FALSE(true);
    EXPECT_STREQ("a", "b");
    EXPECT_MEMEQ("ab", "ac", 2);
    EXPECT_OK(WEIR_AGAIN);
}

TEST(an_abort_that_does_not_come_fails)
{
    EXPECT_ABORT((void)0, "mutex");
}

TEST(an_abort_for_another_reason_fails)
{
    EXPECT_ABORT(die("weir: chan: closed"), "mutex");
}

TEST(an_assertion_leaves)
{
    ASSERT_EQ(1, 2);
    die("not reached");
}

static void
fail_third(void *arg, unsigned index)
{
    (void)arg;
    EXPECT_NE(index, 3);
}

TEST(a_failure_in_a_thread_counts)
{
    test_threads(4, fail_third, NULL);
}

static void
lock_and_unlock(void *arg)
{
    (void)arg;
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
}

TEST(a_sleeping_thread_is_seen)
{
    struct test_thread thread;

    pthread_mutex_lock(&mutex);
    test_thread_start(&thread, lock_and_unlock, NULL);
    test_thread_await_asleep(&thread);
    pthread_mutex_unlock(&mutex);
    test_thread_join(&thread);
}

TEST(a_seed_repeats)
{
    uint64_t state = test_seed();

    EXPECT_EQ(test_rand(&state), -6593237861304050715);
}

TEST(what_is_skipped_says_why)
{
    TEST_SKIP("no such CPU");
}

TEST(z_hangs_when_asked)
{
    if (getenv("HARNESS_HANGS") != NULL)
        TEST_AWAIT(false);
}
