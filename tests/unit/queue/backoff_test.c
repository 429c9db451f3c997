/* SPDX-License-Identifier: MIT */
/* queue/backoff_test.c - pauses double up to their bound. */
#include "test.h"

#include <weir/backoff.h>

TEST(pauses_double_up_to_the_bound)
{
    weir_backoff b = WEIR_BACKOFF_INIT;
    unsigned due = 1;

    EXPECT_EQ(b.pauses, 1);
    for (int i = 0; i < 20; i++) {
        EXPECT_EQ(b.pauses, due);
        weir_backoff_pause(&b);
        due = due < WEIR_BACKOFF_MAX ? 2 * due : due;
        EXPECT_LE(b.pauses, WEIR_BACKOFF_MAX);
    }
    EXPECT_EQ(b.pauses, WEIR_BACKOFF_MAX);
}

TEST(zeroed_backoff_starts_like_an_initialised_one)
{
    weir_backoff b = { 0 };

    weir_backoff_pause(&b);
    EXPECT_EQ(b.pauses, 2);
}
