/* SPDX-License-Identifier: MIT */
/* sync/guard_test.cc - the statements in C++, and exceptions. */
#include "guard_cases.h"

static void
throw_from_within()
{
    WEIR_LOCKED(&m)
    throw 1;
}

TEST(exception_unlocks)
{
    bool caught = false;

    try {
        throw_from_within();
    } catch (int) {
        caught = true;
    }
    EXPECT_TRUE(caught);
    EXPECT_FALSE(is_locked());
}
