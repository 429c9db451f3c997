/* SPDX-License-Identifier: MIT */
/* park/limit_test.c - moments from now, and when a limit has been reached. */
#include "test.h"

#include "park/limit.h"

TEST(deadline_lies_that_far_from_now)
{
    const int64_t before = wr_sys_now_ns();
    const weir_limit limit = weir_deadline(WEIR_S(5));
    const int64_t after = wr_sys_now_ns();

    EXPECT_GE(limit.at_ns, before + WEIR_S(5));
    EXPECT_LE(limit.at_ns, after + WEIR_S(5));
    EXPECT_NULL(limit.cancel);
}

TEST(deadline_of_nothing_or_less_is_now)
{
    const int64_t waits[] = { 0, -1, -WEIR_S(100), INT64_MIN };

    for (size_t i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
        const int64_t before = wr_sys_now_ns();
        const weir_limit limit = weir_deadline(waits[i]);

        EXPECT_GE(limit.at_ns, before);
        EXPECT_LE(limit.at_ns, wr_sys_now_ns());
        EXPECT_STATUS(wr_limit_status(limit), WEIR_TIMEOUT);
    }
}

TEST(deadline_that_overflows_never_comes)
{
    EXPECT_EQ(weir_deadline(INT64_MAX).at_ns, WR_NEVER);
    EXPECT_EQ(weir_deadline(INT64_MAX - 1).at_ns, WR_NEVER);
    EXPECT_OK(wr_limit_status(weir_deadline(INT64_MAX)));
}

TEST(status_of_a_limit_is_ok_until_it_is_reached)
{
    EXPECT_OK(wr_limit_status(WEIR_FOREVER));
    EXPECT_OK(wr_limit_status(weir_deadline(WEIR_S(1000))));
    EXPECT_STATUS(wr_limit_status(weir_limit_at(0)), WEIR_TIMEOUT);
    EXPECT_STATUS(wr_limit_status(weir_limit_at(-1)), WEIR_TIMEOUT);
    EXPECT_STATUS(wr_limit_status(weir_limit_at(INT64_MIN)), WEIR_TIMEOUT);
    EXPECT_STATUS(wr_limit_status(weir_limit_at(wr_sys_now_ns())),
                  WEIR_TIMEOUT);
}

TEST(cancel_comes_before_the_deadline)
{
    struct weir_cancel source = { 0 };
    weir_limit limit = weir_limit_at(0);

    limit.cancel = &source;
    EXPECT_STATUS(wr_limit_status(limit), WEIR_TIMEOUT);
    limit.at_ns = WR_NEVER;
    EXPECT_OK(wr_limit_status(limit));
    wr_cancel_fire(&source, WEIR_DEADLINE);
    EXPECT_STATUS(wr_limit_status(limit), WEIR_DEADLINE);
    limit.at_ns = 0;
    EXPECT_STATUS(wr_limit_status(limit), WEIR_DEADLINE);
}
