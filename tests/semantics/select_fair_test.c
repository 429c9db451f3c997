/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_fair_test.c - of several ready cases, any: SE-03, CH-28.
 *
 * 10^4 trials, whatever WEIR_TEST_PERCENT says, and ten standard deviations:
 * chance alone fails one run in 10^23.
 */
#include "cases.h"

enum { TRIALS = 10000, CASES = 8 };

/* counts[i] is one of TRIALS trials with the chance 1/ways. */
static void
expect_fair(const int *counts, const int *fair, int n, int ways)
{
    const int due = TRIALS / ways;
    int sigma = 1;

    while (sigma * sigma < due - due / ways)
        sigma++;
    for (int i = 0; i < n; i++) {
        EXPECT_LE(counts[i], fair[i] ? due + 10 * sigma : 0);
        EXPECT_GE(counts[i], fair[i] ? due - 10 * sigma : 0);
    }
}

TEST(se_03_two_ready_receives_among_four_are_equally_likely)
{
    static const int fair[4] = { 0, 1, 0, 1 };
    weir_chan *never = weir_chan_make(sizeof(int64_t), 0);
    weir_chan *a = chan_holding(1, 1);
    weir_chan *b = chan_holding(1, 1);
    weir_chan *const chans[4] = { never, a, NULL, b };
    int counts[4] = { 0 };
    int64_t msg;
    weir_case cases[4];

    for (int i = 0; i < 4; i++)
        cases[i] = recv_from(chans[i], &msg);
    for (int i = 0; i < TRIALS; i++) {
        const int at = weir_selectv(cases, 4, 0);

        ASSERT_TRUE(at >= 0 && at < 4);
        counts[at]++;
        ASSERT_OK(weir_chan_try_send(chans[at], &msg));
    }
    expect_fair(counts, fair, 4, 2);
    weir_chan_free(never);
    weir_chan_free(a);
    weir_chan_free(b);
}

TEST(se_03_two_ready_sends_among_four_are_equally_likely)
{
    static const int fair[4] = { 1, 0, 1, 0 };
    weir_chan *full = chan_holding(1, 1);
    weir_chan *a = weir_chan_make(sizeof(int64_t), 1);
    weir_chan *b = weir_chan_make(sizeof(int64_t), 1);
    weir_chan *const chans[4] = { a, full, b, NULL };
    int counts[4] = { 0 };
    int64_t msg = 1;
    weir_case cases[4];

    for (int i = 0; i < 4; i++)
        cases[i] = send_to(chans[i], &msg);
    for (int i = 0; i < TRIALS; i++) {
        const int at = weir_try_selectv(cases, 4, 0);

        ASSERT_TRUE(at >= 0 && at < 4);
        counts[at]++;
        ASSERT_OK(weir_chan_try_recv(chans[at], &msg));
    }
    expect_fair(counts, fair, 4, 2);
    weir_chan_free(full);
    weir_chan_free(a);
    weir_chan_free(b);
}

TEST(se_03_sends_and_receives_are_equally_likely)
{
    static const int fair[3] = { 1, 1, 1 };
    weir_chan *both = chan_holding(2, 1);
    weir_chan *closed = chan_closed(0);
    int counts[3] = { 0 };
    int64_t msg = 1;
    weir_case cases[3] = { recv_from(both, &msg), recv_from(closed, &msg),
                           send_to(both, &msg) };

    for (int i = 0; i < TRIALS; i++) {
        const int at = weir_selectv_until(cases, 3, 0, weir_limit_at(0));

        ASSERT_TRUE(at >= 0 && at < 3);
        counts[at]++;
        if (at == 0)
            ASSERT_OK(weir_chan_try_send(both, &msg));
        if (at == 2)
            ASSERT_OK(weir_chan_try_recv(both, &msg));
    }
    expect_fair(counts, fair, 3, 3);
    weir_chan_free(both);
    weir_chan_free(closed);
}

TEST(se_03_five_duplicates_are_equally_likely)
{
    static const int fair[5] = { 1, 1, 1, 1, 1 };
    weir_chan *ch = chan_closed(0);
    int counts[5] = { 0 };
    int64_t msg;
    weir_case cases[5];

    for (int i = 0; i < 5; i++)
        cases[i] = recv_from(ch, &msg);
    for (int i = 0; i < TRIALS; i++) {
        const int at = weir_selectv(cases, 5, 0);

        ASSERT_TRUE(at >= 0 && at < 5);
        counts[at]++;
    }
    expect_fair(counts, fair, 5, 5);
    weir_chan_free(ch);
}

/* More cases than a select keeps on the stack. */
TEST(se_03_twenty_five_duplicates_are_equally_likely)
{
    enum { MANY = 25 };
    int fair[MANY];
    weir_chan *ch = chan_closed(1);
    int counts[MANY] = { 0 };
    int64_t msg;
    weir_case cases[MANY];

    for (int i = 0; i < MANY; i++) {
        fair[i] = 1;
        cases[i] = recv_from(ch, &msg);
    }
    for (int i = 0; i < TRIALS; i++) {
        const int at = weir_selectv(cases, MANY, 0);

        ASSERT_TRUE(at >= 0 && at < MANY);
        counts[at]++;
    }
    expect_fair(counts, fair, MANY, MANY);
    weir_chan_free(ch);
}

/* A stop that is always on has no priority over work that is always there. */
TEST(ch_28_closed_channel_competes_like_any_ready_case)
{
    static const int fair[2] = { 1, 1 };
    weir_chan *done = chan_closed(0);
    weir_chan *work = chan_holding(TRIALS, TRIALS);
    int counts[2] = { 0 };
    int64_t msg;
    weir_case cases[2] = { recv_from(done, &msg), recv_from(work, &msg) };

    for (int i = 0; i < TRIALS; i++) {
        const int at = weir_selectv(cases, 2, 0);

        ASSERT_TRUE(at == 0 || at == 1);
        counts[at]++;
        EXPECT_STATUS(cases[at].status, at == 0 ? WEIR_CLOSED : WEIR_OK);
    }
    expect_fair(counts, fair, 2, 2);
    weir_chan_free(done);
    weir_chan_free(work);
}

/* --- the choice at wake-up ------------------------------------------------ */

/* A select that sleeps, and a party that then makes several of its cases ready
 * at once. */
struct woken {
    weir_chan *ch;
    weir_chan *quiet;
    bool sends; /* the select does */
    int counts[CASES];
    int n;
};

/* Cases 0 and n-1 are of a quiet channel, the others duplicates. */
static void
choose_when_woken(struct woken *w)
{
    int64_t msg = 1;

    for (int i = 0; i < TRIALS; i++) {
        weir_case cases[CASES];
        int at;

        for (int c = 0; c < w->n; c++) {
            weir_chan *ch = c == 0 || c == w->n - 1 ? w->quiet : w->ch;

            cases[c] = w->sends ? send_to(ch, &msg) : recv_from(ch, &msg);
        }
        at = weir_selectv(cases, (size_t)w->n, 0);
        ASSERT_TRUE(at >= 0 && at < w->n);
        w->counts[at]++;
    }
}

/* On a rendezvous a try says OK only to a party that is enrolled: the select,
 * which polls by tries alone, has gone to sleep or is about to. */
static void
choose_or_wake(void *arg, unsigned index)
{
    struct woken *w = arg;
    int64_t msg = 1;

    if (index == 0) {
        choose_when_woken(w);
        return;
    }
    for (int i = 0; i < TRIALS; i++) {
        if (w->sends)
            TEST_AWAIT(weir_chan_try_recv(w->ch, &msg) == WEIR_OK);
        else
            TEST_AWAIT(weir_chan_try_send(w->ch, &msg) == WEIR_OK);
    }
}

static void
wake_duplicates(bool sends)
{
    static const int fair[] = { 0, 1, 1, 1, 1, 1, 0 };
    struct woken w = { weir_chan_make(sizeof(int64_t), 0),
                       weir_chan_make(sizeof(int64_t), 0),
                       sends,
                       { 0 },
                       7 };

    test_threads(2, choose_or_wake, &w);
    expect_fair(w.counts, fair, 7, 5);
    weir_chan_free(w.ch);
    weir_chan_free(w.quiet);
}

TEST(se_03_five_duplicates_are_equally_likely_at_wake_up)
{
    wake_duplicates(false);
    wake_duplicates(true);
}

/* Through a buffer of one, where a message may also be there already. */
static void
choose_or_feed(void *arg, unsigned index)
{
    struct woken *w = arg;
    int64_t msg = 1;

    if (index == 0)
        choose_when_woken(w);
    else
        for (int i = 0; i < TRIALS; i++)
            EXPECT_OK(weir_chan_send(w->ch, &msg));
}

TEST(se_03_five_duplicates_are_equally_likely_with_a_buffer)
{
    static const int fair[] = { 0, 1, 1, 1, 1, 1, 0 };
    struct woken w = { weir_chan_make(sizeof(int64_t), 1),
                       weir_chan_make(sizeof(int64_t), 1),
                       false,
                       { 0 },
                       7 };

    test_threads(2, choose_or_feed, &w);
    expect_fair(w.counts, fair, 7, 5);
    weir_chan_free(w.ch);
    weir_chan_free(w.quiet);
}
