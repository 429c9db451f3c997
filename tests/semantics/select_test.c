/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_test.c - what a select evaluates, chooses and does: SE-01 to
 * SE-10.
 *
 * Where Go panics, the chosen case's status is WEIR_CLOSED.  Chances stand in
 * select_fair_test.c, the one instant (SE-05) in select_instant_test.c, two
 * selects that meet (SE-09) in select_pair_test.c.
 */
#include "cases.h"

WEIR_CHAN(ints, int);

enum { TRIALS = 1000 };

/* --- SE-01, SE-02: operands ----------------------------------------------- */

static struct {
    int clause[16];
    int count;
} evaluated;

/* An operand, noted with the number of its clause. */
static void *
noted(void *operand, int clause)
{
    evaluated.clause[evaluated.count++] = clause;
    return operand;
}

/* The clause that ran of: send to a, receive from b, default if `with_default`.
 */
static int
choose_noted(ints *a, ints *b, bool with_default)
{
    int v = 5;
    int ran = -1;

    evaluated.count = 0;
    if (with_default) {
        weir_select(s)
        {
            weir_on_send(s, (ints *)noted(a, 0), (int *)noted(&v, 0)) ran = 0;
            weir_on_default(s) ran = 1;
            weir_on_recv(s, (ints *)noted(b, 2), (int *)noted(&v, 2)) ran = 2;
        }
    } else {
        weir_select(s)
        {
            weir_on_send(s, (ints *)noted(a, 0), (int *)noted(&v, 0)) ran = 0;
            weir_on_recv(s, (ints *)noted(b, 2), (int *)noted(&v, 2)) ran = 2;
        }
    }
    return ran;
}

TEST(se_01_operands_are_evaluated_once_in_order_chosen_or_not)
{
    static const int due[] = { 0, 0, 2, 2 };
    ints *room = ints_make(1);
    ints *full = ints_make(1);
    ints *empty = ints_make(1);

    EXPECT_OK(weir_send(full, 1));
    EXPECT_EQ(choose_noted(room, empty, false), 0);
    EXPECT_EQ(evaluated.count, 4);
    EXPECT_MEMEQ(evaluated.clause, due, sizeof(due));
    EXPECT_EQ(choose_noted(full, empty, true), 1);
    EXPECT_EQ(evaluated.count, 4);
    EXPECT_MEMEQ(evaluated.clause, due, sizeof(due));
    EXPECT_EQ(choose_noted(full, room, false), 2);
    EXPECT_EQ(evaluated.count, 4);
    EXPECT_MEMEQ(evaluated.clause, due, sizeof(due));
    ints_free(room);
    ints_free(full);
    ints_free(empty);
}

struct waits_noted {
    ints *quiet;
    ints *fed;
    int ran;
};

static void
wait_noted(void *arg)
{
    struct waits_noted *w = arg;

    w->ran = choose_noted(w->quiet, w->fed, false);
}

TEST(se_01_operands_are_not_evaluated_again_after_a_wait)
{
    struct waits_noted w = { ints_make(0), ints_make(0), -1 };
    struct test_thread thread;

    test_thread_start(&thread, wait_noted, &w);
    test_thread_await_asleep(&thread);
    EXPECT_OK(weir_send(w.fed, 9));
    test_thread_join(&thread);
    EXPECT_EQ(w.ran, 2);
    EXPECT_EQ(evaluated.count, 4);
    ints_free(w.quiet);
    ints_free(w.fed);
}

/* out <- <-in, and done. */
struct nested {
    ints *in;
    ints *out;
    ints *done;
    int ran;
    WEIR_ATOMIC(int) returned;
};

static int *
taken(ints *in, int *v)
{
    EXPECT_OK(weir_recv(in, v));
    return v;
}

static void
forward_nested(void *arg)
{
    struct nested *n = arg;
    int v = 0;
    int unused;

    weir_select(s)
    {
        weir_on_send(s, n->out, taken(n->in, &v)) n->ran = 0;
        weir_on_recv(s, n->done, &unused) n->ran = 1;
    }
    weir_store_rel(&n->returned, 1);
}

/* The form that `done` ends wherever it waits. */
static void
forward_in_two_steps(struct nested *n)
{
    int v = 0;
    int unused;
    bool got = false;

    weir_select(s)
    {
        weir_on_recv(s, n->in, &v) got = weir_ok(s);
        weir_on_recv(s, n->done, &unused) n->ran = 2;
    }
    if (!got)
        return;
    weir_select(s)
    {
        weir_on_send(s, n->out, &v) n->ran = 3;
        weir_on_recv(s, n->done, &unused) n->ran = 4;
    }
}

TEST(se_02_operand_that_waits_does_so_before_the_select)
{
    struct nested n = { ints_make(0), ints_make(0), ints_make(0), -1, 0 };
    struct test_thread thread;

    EXPECT_OK(weir_close(n.done));
    test_thread_start(&thread, forward_nested, &n);
    test_thread_await_asleep(&thread); /* although done is ready */
    EXPECT_EQ(weir_load_acq(&n.returned), 0);
    EXPECT_OK(weir_send(n.in, 1));
    test_thread_join(&thread);
    EXPECT_EQ(n.ran, 1); /* and the message is lost */
    forward_in_two_steps(&n);
    EXPECT_EQ(n.ran, 2);
    ints_free(n.in);
    ints_free(n.out);
    ints_free(n.done);
}

/* --- SE-04, SE-06: default, nil, nothing ---------------------------------- */

/* The clause that ran; default stands at `place` of 0, 1, 2. */
static int
choose_with_default_at(int place, ints *a, ints *b)
{
    int v = 1;
    int ran = -1;

    switch (place) {
    case 0:
        weir_select(s)
        {
            weir_on_default(s) ran = 0;
            weir_on_recv(s, a, &v) ran = 1;
            weir_on_send(s, b, &v) ran = 2;
        }
        break;
    case 1:
        weir_select(s)
        {
            weir_on_recv(s, a, &v) ran = 1;
            weir_on_default(s) ran = 0;
            weir_on_send(s, b, &v) ran = 2;
        }
        break;
    default:
        weir_select(s)
        {
            weir_on_recv(s, a, &v) ran = 1;
            weir_on_send(s, b, &v) ran = 2;
            weir_on_default(s) ran = 0;
        }
    }
    return ran;
}

TEST(se_04_default_runs_only_if_nothing_is_ready_wherever_it_stands)
{
    ints *empty = ints_make(1);
    ints *full = ints_make(1);

    EXPECT_OK(weir_send(full, 1));
    for (int i = 0; i < TRIALS; i++) {
        int v;

        EXPECT_EQ(choose_with_default_at(i % 3, empty, full), 0);
        EXPECT_EQ(choose_with_default_at(i % 3, full, NULL), 1);
        EXPECT_OK(weir_send(full, 1));
        EXPECT_EQ(choose_with_default_at(i % 3, NULL, empty), 2);
        EXPECT_OK(weir_recv(empty, &v));
    }
    ints_free(empty);
    ints_free(full);
}

static void
two_defaults(void)
{
    weir_select(s)
    {
        weir_on_default(s)
        {
        }
        weir_on_default(s)
        {
        }
    }
}

TEST(se_04_there_is_at_most_one_default)
{
    EXPECT_ABORT(two_defaults(), "weir: select: two defaults");
}

/* Abort, as is due, when a select with these cases sleeps. */
static void
sleeps_with(weir_chan *a, weir_chan *b, size_t n)
{
    struct chooser c;

    chooser_init(&c, 1);
    chooser_recv(&c, a);
    chooser_send(&c, b);
    c.n = n;
    chooser_park(&c);
    if (weir_load_acq(&c.returned) == 0)
        abort();
}

TEST(se_06_ch_07_nil_cases_are_skipped)
{
    weir_chan *ch = chan_holding(1, 1);
    int64_t msg = 5;
    weir_case cases[] = { recv_from(NULL, &msg), send_to(NULL, &msg),
                          recv_from(ch, &msg), recv_from(NULL, &msg) };

    EXPECT_EQ(weir_selectv(cases, 4, 0), 2);
    EXPECT_EQ(msg, 1);
    EXPECT_STATUS(weir_try_selectv(cases, 4, 0), WEIR_AGAIN);
    EXPECT_STATUS(weir_try_selectv(cases, 2, 0), WEIR_AGAIN);
    EXPECT_STATUS(weir_selectv_until(cases, 2, 0, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    EXPECT_EQ(msg, 1);
    EXPECT_ABORT(sleeps_with(NULL, NULL, 2), "");
    weir_chan_free(ch);
}

TEST(se_06_no_cases_wait_for_ever_and_default_alone_returns)
{
    int ran = 0;

    EXPECT_STATUS(weir_try_selectv(NULL, 0, 0), WEIR_AGAIN);
    EXPECT_STATUS(weir_selectv_until(NULL, 0, 0, weir_deadline(1000)),
                  WEIR_TIMEOUT);
    EXPECT_ABORT(sleeps_with(NULL, NULL, 0), "");
    weir_select(s)
    {
        weir_on_default(s) ran = 1;
    }
    EXPECT_EQ(ran, 1);
}

/* --- SE-07: closed -------------------------------------------------------- */

TEST(se_07_closed_receive_is_ready_with_zero)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *ch = chan_closed(capacity);
        int64_t msg = -1;
        int64_t other = -1;
        weir_case cases[] = { recv_from(NULL, &other), recv_from(ch, &msg) };

        EXPECT_EQ(weir_selectv(cases, 2, 0), 1);
        EXPECT_STATUS(cases[1].status, WEIR_CLOSED);
        EXPECT_EQ(msg, 0);
        EXPECT_EQ(other, -1);
        msg = -1;
        EXPECT_EQ(weir_try_selectv(cases, 2, 0), 1);
        EXPECT_STATUS(cases[1].status, WEIR_CLOSED);
        EXPECT_EQ(msg, 0);
        weir_chan_free(ch);
    }
}

/* Closed, and first drained. */
TEST(se_07_closed_receive_gives_what_is_buffered_before)
{
    weir_chan *ch = chan_holding(2, 2);
    int64_t msg = -1;
    weir_case cases[] = { recv_from(ch, &msg), recv_from(NULL, &msg) };

    EXPECT_OK(weir_chan_close(ch));
    for (int64_t due = 1; due <= 2; due++) {
        EXPECT_EQ(weir_selectv(cases, 2, 0), 0);
        EXPECT_OK(cases[0].status);
        EXPECT_EQ(msg, due);
    }
    EXPECT_EQ(weir_selectv(cases, 2, 0), 0);
    EXPECT_STATUS(cases[0].status, WEIR_CLOSED);
    EXPECT_EQ(msg, 0);
    weir_chan_free(ch);
}

/* It says closed only when the choice falls on it. */
TEST(se_07_closed_send_competes_and_says_closed_when_chosen)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        weir_chan *closed = chan_closed(capacity);
        weir_chan *ready = chan_closed(1);
        int64_t msg = 3;
        int64_t got = -1;
        weir_case cases[] = { send_to(closed, &msg), recv_from(ready, &got) };
        int chosen[2] = { 0, 0 };

        for (int i = 0; i < TRIALS; i++) {
            const int at = weir_selectv(cases, 2, 0);

            ASSERT_TRUE(at == 0 || at == 1);
            EXPECT_STATUS(cases[at].status, WEIR_CLOSED);
            chosen[at]++;
        }
        EXPECT_GT(chosen[0], TRIALS / 4);
        EXPECT_GT(chosen[1], TRIALS / 4);
        EXPECT_EQ(msg, 3);
        weir_chan_free(closed);
        weir_chan_free(ready);
    }
}

/* ch_25: a select that is parked is told like a plain call. */
static void
close_ends_selects(size_t capacity, bool sends)
{
    enum { PARTIES = 4 };
    weir_chan *ch = chan_holding(capacity, sends ? (int64_t)capacity : 0);
    weir_chan *quiet = weir_chan_make(sizeof(int64_t), 0);
    struct chooser parties[PARTIES];

    for (int i = 0; i < PARTIES; i++) {
        chooser_init(&parties[i], 5);
        chooser_recv(&parties[i], quiet);
        if (sends)
            chooser_send(&parties[i], ch);
        else
            chooser_recv(&parties[i], ch);
        chooser_park(&parties[i]);
    }
    EXPECT_OK(weir_chan_close(ch));
    for (int i = 0; i < PARTIES; i++) {
        chooser_ends(&parties[i], 1, WEIR_CLOSED);
        EXPECT_EQ(parties[i].in, sends ? -1 : 0);
    }
    weir_chan_free(ch);
    weir_chan_free(quiet);
}

TEST(se_07_ch_25_close_ends_all_parked_selects)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        close_ends_selects(capacity, false);
        close_ends_selects(capacity, true);
    }
}

/* --- SE-08: duplicates ---------------------------------------------------- */

TEST(se_08_duplicate_cases_take_one_message)
{
    weir_chan *ch = chan_holding(2, 1);
    int64_t got[3] = { -1, -1, -1 };
    const int64_t msg = 4;
    weir_case receives[] = { recv_from(ch, &got[0]), recv_from(ch, &got[1]),
                             recv_from(ch, &got[2]) };
    weir_case sends[] = { send_to(ch, &msg), send_to(ch, &msg) };
    const int at = weir_selectv(receives, 3, 0);

    ASSERT_TRUE(at >= 0 && at < 3);
    for (int i = 0; i < 3; i++)
        EXPECT_EQ(got[i], i == at ? 1 : -1);
    EXPECT_EQ(weir_chan_len(ch), 0);
    EXPECT_STATUS(weir_try_selectv(receives, 3, 0), WEIR_AGAIN);
    EXPECT_GE(weir_selectv(sends, 2, 0), 0);
    EXPECT_EQ(weir_chan_len(ch), 1);
    weir_chan_free(ch);
}

/* A select that slept with duplicates has gone from every list: nobody waits,
 * and a buffer takes what it has room for and no more. */
static void
park_with_duplicates(size_t capacity)
{
    weir_chan *a = weir_chan_make(sizeof(int64_t), capacity);
    weir_chan *b = weir_chan_make(sizeof(int64_t), capacity);
    struct chooser c;
    int64_t msg = 9;
    int64_t sent = 0;

    chooser_init(&c, 1);
    chooser_recv(&c, a);
    chooser_recv(&c, a);
    chooser_recv(&c, b);
    chooser_recv(&c, a);
    chooser_park(&c);
    EXPECT_OK(weir_chan_send(b, &msg));
    chooser_ends(&c, 2, WEIR_OK);
    EXPECT_EQ(c.in, 9);
    while (weir_chan_try_send(a, &sent) == WEIR_OK)
        sent++;
    EXPECT_EQ(sent, (int64_t)capacity);
    for (int64_t due = 0; due < sent; due++) {
        EXPECT_OK(weir_chan_try_recv(a, &msg));
        EXPECT_EQ(msg, due);
    }
    EXPECT_STATUS(weir_chan_try_recv(a, &msg), WEIR_AGAIN);
    weir_chan_free(a);
    weir_chan_free(b);
}

TEST(se_08_duplicates_leave_nothing_behind)
{
    for (size_t capacity = 0; capacity <= 2; capacity++)
        park_with_duplicates(capacity);
}

/* The winner's own channel, too: served by one case, gone from all, also where
 * the other direction of a rendezvous was among them.  It may be freed. */
static void
win_with_duplicates(bool sends, bool look)
{
    weir_chan *ch = weir_chan_make(sizeof(int64_t), 0);
    struct chooser c;
    int64_t msg = 9;

    chooser_init(&c, 1);
    chooser_recv(&c, ch);
    chooser_send(&c, ch);
    chooser_recv(&c, ch);
    chooser_send(&c, ch);
    chooser_park(&c);
    if (sends)
        EXPECT_OK(weir_chan_recv(ch, &msg));
    else
        EXPECT_OK(weir_chan_send(ch, &msg));
    if (look) {
        EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    }
    weir_chan_free(ch); /* the select may still be returning */
    test_thread_join(&c.thread);
    EXPECT_EQ(c.at % 2, sends);
}

TEST(se_08_duplicates_leave_nothing_behind_where_they_won)
{
    for (int i = 0; i < 4; i++)
        win_with_duplicates(i % 2, i / 2);
}

/* --- SE-10: one case commits ---------------------------------------------- */

enum { READY = 4 };

/* Two to receive from and two to send to, all ready: one of them moves. */
static void
commit_one(weir_chan *const *chans)
{
    int64_t got[READY] = { -1, -1, -1, -1 };
    const int64_t msg = 7;
    weir_case cases[READY];
    size_t before[READY];
    int at;

    for (int i = 0; i < READY; i++) {
        before[i] = weir_chan_len(chans[i]);
        cases[i] =
            i < 2 ? recv_from(chans[i], &got[i]) : send_to(chans[i], &msg);
    }
    at = weir_selectv(cases, READY, 0);
    for (int i = 0; i < READY; i++) {
        const size_t moved = i == at;

        EXPECT_EQ(weir_chan_len(chans[i]),
                  i < 2 ? before[i] - moved : before[i] + moved);
        EXPECT_EQ(got[i] != -1, i < 2 && i == at);
        EXPECT_EQ(cases[i].status, i == at ? WEIR_OK : UNTOUCHED);
    }
}

TEST(se_10_exactly_one_case_commits)
{
    weir_chan *chans[READY];

    for (int i = 0; i < READY; i++)
        chans[i] = chan_holding(TRIALS, i < 2 ? TRIALS : 0);
    for (int i = 0; i < TRIALS; i++)
        commit_one(chans);
    for (int i = 0; i < READY; i++)
        weir_chan_free(chans[i]);
}
