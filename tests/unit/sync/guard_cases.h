/* SPDX-License-Identifier: MIT */
/* sync/guard_cases.h - WEIR_LOCKED and its kin: every way out unlocks. */
#include "test.h"

#include <weir/weir.h>

static weir_mutex m = WEIR_MUTEX_INIT;
static weir_mutex second = WEIR_MUTEX_INIT;
static weir_rwmutex rw = WEIR_RWMUTEX_INIT;

static bool
is_locked(void)
{
    if (weir_mutex_try_lock(&m) != WEIR_OK)
        return true;
    weir_mutex_unlock(&m);
    return false;
}

static bool
is_read_locked(void)
{
    if (weir_rwmutex_try_lock(&rw) == WEIR_OK) {
        weir_rwmutex_unlock(&rw);
        return false;
    }
    if (weir_rwmutex_try_rlock(&rw) != WEIR_OK)
        return false;
    weir_rwmutex_runlock(&rw);
    return true;
}

static bool
is_write_locked(void)
{
    if (weir_rwmutex_try_rlock(&rw) != WEIR_OK)
        return true;
    weir_rwmutex_runlock(&rw);
    return false;
}

TEST(locked_holds_the_mutex_for_one_statement)
{
    int runs = 0;

    WEIR_LOCKED(&m)
    runs += is_locked();
    EXPECT_EQ(runs, 1);
    EXPECT_FALSE(is_locked());
    WEIR_LOCKED(&m)
    {
        runs++;
        EXPECT_TRUE(is_locked());
    }
    EXPECT_EQ(runs, 2);
    EXPECT_FALSE(is_locked());
}

TEST(break_and_continue_leave_the_lock_not_the_loop)
{
    int rounds = 0;
    int after = 0;

    for (int i = 0; i < 4; i++) {
        WEIR_LOCKED(&m)
        {
            rounds++;
            if (i % 2 == 0)
                break;
            if (i % 2 == 1)
                continue;
            rounds += 100;
        }
        EXPECT_FALSE(is_locked());
        after++;
    }
    EXPECT_EQ(rounds, 4);
    EXPECT_EQ(after, 4);
}

static int
return_from_within(void)
{
    WEIR_LOCKED(&m)
    {
        WEIR_RLOCKED(&rw)
        return 7;
    }
    return 0;
}

TEST(return_unlocks)
{
    EXPECT_EQ(return_from_within(), 7);
    EXPECT_FALSE(is_locked());
    EXPECT_FALSE(is_read_locked());
}

TEST(goto_unlocks)
{
    WEIR_LOCKED(&m)
    goto out;
out:
    EXPECT_FALSE(is_locked());
}

static int evaluations;

static weir_mutex *
evaluated(void)
{
    evaluations++;
    return &m;
}

TEST(argument_is_evaluated_once)
{
    WEIR_LOCKED(evaluated())
    EXPECT_EQ(evaluations, 1);
    EXPECT_EQ(evaluations, 1);
}

TEST(locks_nest)
{
    WEIR_LOCKED(&m)
    WEIR_LOCKED(&second)
    {
        EXPECT_TRUE(is_locked());
        EXPECT_STATUS(weir_mutex_try_lock(&second), WEIR_AGAIN);
    }
    EXPECT_FALSE(is_locked());
    EXPECT_OK(weir_mutex_try_lock(&second));
    weir_mutex_unlock(&second);
}

TEST(rlocked_and_wlocked_hold_the_rwmutex)
{
    WEIR_RLOCKED(&rw)
    {
        EXPECT_TRUE(is_read_locked());
        EXPECT_FALSE(is_write_locked());
    }
    EXPECT_FALSE(is_read_locked());
    WEIR_WLOCKED(&rw)
    {
        EXPECT_TRUE(is_write_locked());
        if (is_write_locked())
            break;
    }
    EXPECT_FALSE(is_write_locked());
}

TEST(locked_is_a_statement_after_else)
{
    int way = 0;

    for (int i = 0; i < 2; i++) {
        if (i == 0)
            way += 1;
        else
            WEIR_LOCKED(&m)
        way += 10;
    }
    EXPECT_EQ(way, 11);
}
