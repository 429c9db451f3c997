/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_form_test.c - the forms of a select: SE-15 to SE-20.
 *
 * Its cost, and lists of 65 536 cases, stand in select_cost_test.c.
 */
#include "cases.h"

WEIR_CHAN(ints, int);

enum { TRIALS = 1000 };

/* --- SE-15 to SE-17 ------------------------------------------------------- */

TEST(se_15_break_and_continue_leave_the_select_only)
{
    int broke = 0;
    int went_on = 0;

    for (int i = 0; i < 3; i++) {
        weir_select(s)
        {
            weir_on_default(s) break;
        }
        broke++;
    }
    for (int i = 0; i < 3; i++) {
        weir_select(s)
        {
            weir_on_default(s) continue;
        }
        went_on++;
    }
    EXPECT_EQ(broke, 3);
    EXPECT_EQ(went_on, 3);
}

/* A select of one case and the plain call, on channels in the same state. */
static void
as_plain(size_t capacity, int64_t holds, bool closed)
{
    weir_chan *plain = chan_holding(capacity, holds);
    weir_chan *chosen = chan_holding(capacity, holds);
    int64_t msg[2] = { 5, 5 };
    weir_case c = send_to(chosen, &msg[1]);
    int status;

    if (closed) {
        EXPECT_OK(weir_chan_close(plain));
        EXPECT_OK(weir_chan_close(chosen));
    }
    status = weir_chan_try_send(plain, &msg[0]);
    EXPECT_EQ(weir_try_selectv(&c, 1, 0), status == WEIR_AGAIN ? status : 0);
    EXPECT_STATUS(c.status, status);
    status = weir_chan_send_until(plain, &msg[0], weir_deadline(0));
    EXPECT_EQ(weir_selectv_until(&c, 1, 0, weir_deadline(0)),
              status == WEIR_TIMEOUT ? status : 0);
    EXPECT_STATUS(c.status, status);
    c = recv_from(chosen, &msg[1]);
    for (size_t i = 0; i <= capacity; i++) {
        status = weir_chan_try_recv(plain, &msg[0]);
        EXPECT_EQ(weir_try_selectv(&c, 1, 0),
                  status == WEIR_AGAIN ? status : 0);
        EXPECT_STATUS(c.status, status);
        EXPECT_EQ(msg[1], msg[0]);
    }
    weir_chan_free(plain);
    weir_chan_free(chosen);
}

/* Abort, as is due, when a select of one nil channel sleeps. */
static void
sleeps_on_nil(void)
{
    struct chooser c;

    chooser_init(&c, 1);
    chooser_recv(&c, NULL);
    chooser_park(&c);
    if (weir_load_acq(&c.returned) == 0)
        abort();
}

TEST(se_16_one_case_is_the_plain_call)
{
    for (size_t capacity = 0; capacity <= 2; capacity++)
        for (int64_t holds = 0; holds <= (int64_t)capacity; holds++) {
            as_plain(capacity, holds, false);
            as_plain(capacity, holds, true);
        }
    EXPECT_ABORT(sleeps_on_nil(), "");
}

TEST(se_17_deadline_ends_a_wait_on_nil)
{
    ints *none = NULL;
    int v = 7;
    int ran = 0;

    weir_select(s)
    {
        weir_on_recv(s, none, &v) ran = 1;
        weir_on_deadline(s, weir_deadline(WEIR_US(50))) ran = 2;
    }
    EXPECT_EQ(ran, 2);
    EXPECT_EQ(v, 7);
}

/* The form that does not start the clock anew at each turn. */
TEST(se_17_one_limit_serves_all_turns_of_a_loop)
{
    ints *quiet = ints_make(0);
    const weir_limit limit = weir_deadline(WEIR_US(50));
    int turns = 0;
    int v;

    while (turns < 3) {
        weir_select(s)
        {
            weir_on_recv(s, quiet, &v) EXPECT_TRUE(false);
            weir_on_deadline(s, limit)
            {
                EXPECT_STATUS(weir_selected(s), WEIR_TIMEOUT);
                turns++;
            }
        }
        EXPECT_STATUS(weir_recv_until(quiet, &v, limit), WEIR_TIMEOUT);
    }
    ints_free(quiet);
}

/* --- SE-18: ordered ------------------------------------------------------- */

TEST(se_18_ordered_select_takes_the_first_that_is_ready)
{
    weir_chan *closed = chan_closed(0);
    weir_chan *room = weir_chan_make(sizeof(int64_t), 2 * TRIALS);
    int64_t msg = 1;
    weir_case cases[] = { recv_from(NULL, &msg), send_to(room, &msg),
                          recv_from(closed, &msg), recv_from(closed, &msg) };

    for (int i = 0; i < TRIALS; i++) {
        EXPECT_EQ(weir_selectv(cases, 4, WEIR_SELECT_ORDERED), 1);
        EXPECT_EQ(weir_try_selectv(cases, 4, WEIR_SELECT_ORDERED), 1);
        EXPECT_EQ(weir_selectv(cases + 2, 2, WEIR_SELECT_ORDERED), 0);
    }
    EXPECT_EQ(weir_chan_len(room), 2 * TRIALS);
    weir_chan_free(closed);
    weir_chan_free(room);
}

TEST(se_18_ordered_block_takes_the_first_that_is_ready)
{
    ints *closed = ints_make(0);
    int chosen[2] = { 0, 0 };
    int v;

    EXPECT_OK(weir_close(closed));
    for (int i = 0; i < TRIALS; i++)
        weir_select_ordered(s)
        {
            weir_on_recv(s, closed, &v) chosen[0]++;
            weir_on_recv(s, closed, &v) chosen[1]++;
        }
    EXPECT_EQ(chosen[0], TRIALS);
    EXPECT_EQ(chosen[1], 0);
    ints_free(closed);
}

enum { TWICE = 8 };

struct ordered {
    weir_chan *ch;
    uint64_t rounds;
};

static void
choose_ordered(void *arg, unsigned index)
{
    const struct ordered *o = arg;
    int64_t msg = 0;

    for (uint64_t i = 0; i < o->rounds; i++) {
        weir_case cases[TWICE];

        if (index == 0) { /* says OK once the select is enrolled, not before */
            TEST_AWAIT(weir_chan_try_send(o->ch, &msg) == WEIR_OK);
            continue;
        }
        for (int c = 0; c < TWICE; c++)
            cases[c] = recv_from(o->ch, &msg);
        EXPECT_EQ(weir_selectv(cases, TWICE, WEIR_SELECT_ORDERED), 0);
    }
}

/* A completion finds several of its cases: it takes the first, too. */
TEST(se_18_ordered_select_wakes_with_the_first_of_its_cases)
{
    struct ordered o = { weir_chan_make(sizeof(int64_t), 0),
                         test_rounds(1000) };

    test_threads(2, choose_ordered, &o);
    weir_chan_free(o.ch);
}

/* --- SE-20: a limit that has passed --------------------------------------- */

TEST(se_20_ready_case_comes_before_a_limit_that_has_passed)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), 1);
    weir_chan *quiet = weir_chan_make(sizeof(int64_t), 0);
    weir_chan *closed = chan_closed(0);
    const weir_limit past[] = { weir_deadline(0), weir_deadline(-WEIR_S(1)),
                                weir_limit_at(0) };
    int64_t msg = 1;
    weir_case sends[] = { recv_from(quiet, &msg), send_to(ch, &msg) };
    weir_case receives[] = { recv_from(quiet, &msg), recv_from(ch, &msg) };
    weir_case ends[] = { recv_from(quiet, &msg), recv_from(closed, &msg) };

    for (int i = 0; i < TRIALS; i++) {
        const weir_limit limit = past[i % 3];

        EXPECT_EQ(weir_selectv_until(sends, 2, 0, limit), 1);
        EXPECT_STATUS(weir_selectv_until(sends, 2, 0, limit), WEIR_TIMEOUT);
        EXPECT_EQ(weir_selectv_until(receives, 2, 0, limit), 1);
        EXPECT_STATUS(weir_selectv_until(receives, 2, 0, limit), WEIR_TIMEOUT);
        EXPECT_EQ(weir_selectv_until(ends, 2, 0, limit), 1);
    }
    weir_chan_free(ch);
    weir_chan_free(quiet);
    weir_chan_free(closed);
}

static void
two_deadlines(void)
{
    weir_select(s)
    {
        weir_on_deadline(s, WEIR_FOREVER)
        {
        }
        weir_on_deadline(s, WEIR_FOREVER)
        {
        }
    }
}

TEST(se_20_there_is_at_most_one_limit)
{
    EXPECT_ABORT(two_deadlines(), "weir: select: two deadlines");
}

/* --- the block form's own bounds ------------------------------------------ */

#define FOUR(clause) clause clause clause clause

/* Sixteen cases, and what `last` adds. */
#define SIXTEEN(last)                                                          \
    weir_select(s)                                                             \
    {                                                                          \
        FOUR(FOUR(weir_on_recv(s, none, &v) ran = 1;))                         \
        last                                                                   \
    }

static void
seventeen_cases(void)
{
    ints *none = NULL;
    int v;
    int ran = 0;

    SIXTEEN(weir_on_recv(s, none, &v) ran = 2;)
    (void)ran;
}

TEST(block_form_holds_sixteen_cases)
{
    ints *none = NULL;
    int v;
    int ran = 0;

    SIXTEEN(weir_on_default(s) ran = 2;)
    EXPECT_EQ(ran, 2);
    EXPECT_ABORT(seventeen_cases(), "weir: select: more than 16 cases");
}
