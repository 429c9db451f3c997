/* SPDX-License-Identifier: MIT */
/*
 * semantics/select_instant_test.c - default sees one instant: SE-05, SE-20.
 *
 * Of two channels one is ready at every instant: the mover makes the second
 * ready before it takes from the first.  So a select over both may not come to
 * its default, nor to a limit that has passed.  A select that looks at one
 * after the other and no more sees the second not yet and the first no longer;
 * the more so with others, that are never ready, to look at in between.
 *
 *     chooser               mover
 *     -------               -----
 *     a: ready
 *     round = i             (sees the round)
 *     select {a, b}         b: ready
 *                           a: no longer (and back, ...)
 *     (awaits the mover)    moved = i
 */
#include "cases.h"

#include <weir/cpu.h>

enum { JITTER = 24, BETWEEN = 62, SWAPS = 16 };

struct instant {
    weir_chan *a;
    weir_chan *b;
    bool a_sends; /* the select would send to a */
    bool b_sends;
    bool b_closes;  /* b becomes ready by a close */
    bool limited;   /* by a limit that has passed, not by a default */
    size_t between; /* cases that are never ready */
    weir_chan *quiet;
    uint64_t rounds;
    uint64_t seed;
    WEIR_ATOMIC(uint64_t) round;
    WEIR_ATOMIC(uint64_t) moved;
};

static void
linger(uint64_t *state)
{
    for (uint64_t n = test_rand(state) % JITTER; n > 0; n--)
        weir_cpu_relax();
}

/* Put a message in, or take one out; a try, which may find nothing to do. */
static int
try_move(weir_chan *ch, bool put)
{
    int64_t msg = 1;

    return put ? weir_chan_try_send(ch, &msg) : weir_chan_try_recv(ch, &msg);
}

static int
choose(const struct instant *t, uint64_t round)
{
    const size_t n = 2 + t->between;
    int64_t msg = 1;
    weir_case cases[2 + BETWEEN];

    for (size_t i = 0; i < n; i++)
        cases[i] = recv_from(t->quiet, &msg);
    cases[round % n] = t->a_sends ? send_to(t->a, &msg) : recv_from(t->a, &msg);
    cases[(round + 1) % n] =
        t->b_sends ? send_to(t->b, &msg) : recv_from(t->b, &msg);
    return t->limited ? weir_selectv_until(cases, n, 0, weir_limit_at(0))
                      : weir_try_selectv(cases, n, 0);
}

/* Neither is ready: nobody else is at work. */
static void
reset(struct instant *t)
{
    (void)try_move(t->a, t->a_sends);
    if (t->b_closes) {
        weir_chan_free(t->b);
        t->b = chan_holding(1, t->b_sends);
    } else {
        (void)try_move(t->b, t->b_sends);
    }
}

static void
chooser(struct instant *t)
{
    uint64_t state = t->seed;

    for (uint64_t i = 1; i <= t->rounds; i++) {
        EXPECT_OK(try_move(t->a, !t->a_sends));
        weir_store_rel(&t->round, i);
        linger(&state);
        EXPECT_GE(choose(t, i), 0);
        TEST_AWAIT(weir_load_acq(&t->moved) == i);
        reset(t);
    }
}

/* The one becomes ready, the other no longer is; and back, some times.  What
 * the chooser has taken already is nobody's loss. */
static void
move(struct instant *t, uint64_t times)
{
    for (uint64_t i = 0; i < times; i++) {
        const bool to_b = i % 2 == 0;
        weir_chan *to = to_b ? t->b : t->a;
        weir_chan *from = to_b ? t->a : t->b;

        (void)try_move(to, to_b ? !t->b_sends : !t->a_sends);
        (void)try_move(from, to_b ? t->a_sends : t->b_sends);
    }
}

static void
mover(struct instant *t)
{
    uint64_t state = t->seed + 1;

    for (uint64_t i = 1; i <= t->rounds; i++) {
        TEST_AWAIT(weir_load_acq(&t->round) == i);
        linger(&state);
        if (t->b_closes) {
            EXPECT_OK(weir_chan_close(t->b));
            (void)try_move(t->a, t->a_sends);
        } else {
            move(t, 1 + test_rand(&state) % SWAPS);
        }
        weir_store_rel(&t->moved, i);
    }
}

static void
choose_or_move(void *arg, unsigned index)
{
    if (index == 0)
        chooser(arg);
    else
        mover(arg);
}

static void
instant_run(struct instant t, uint64_t rounds)
{
    /* Neither is ready. */
    t.a = chan_holding(1, t.a_sends);
    t.b = chan_holding(1, t.b_sends);
    t.quiet = weir_chan_make(sizeof(int64_t), 1);
    t.rounds = test_rounds(rounds);
    t.seed = test_seed();
    test_threads(2, choose_or_move, &t);
    weir_chan_free(t.a);
    weir_chan_free(t.b);
    weir_chan_free(t.quiet);
}

/* Nothing between the two, little, and more than fits on a stack. */
static void
instant_runs(struct instant t, uint64_t rounds)
{
    static const size_t between[] = { 0, 14, BETWEEN };

    for (int i = 0; i < 3; i++) {
        t.between = between[i];
        instant_run(t, rounds);
    }
}

TEST(se_05_default_sees_two_receives_at_one_instant)
{
    instant_run((struct instant){ .limited = false }, 100000);
    instant_runs((struct instant){ .limited = false }, 5000);
}

TEST(se_05_default_sees_two_sends_at_one_instant)
{
    instant_runs((struct instant){ .a_sends = true, .b_sends = true }, 5000);
}

TEST(se_05_default_sees_receive_and_send_at_one_instant)
{
    instant_runs((struct instant){ .a_sends = true }, 5000);
    instant_runs((struct instant){ .b_sends = true }, 5000);
}

TEST(se_05_default_sees_a_close_at_one_instant)
{
    instant_runs((struct instant){ .b_closes = true }, 5000);
    instant_runs((struct instant){ .b_closes = true, .b_sends = true }, 5000);
}

TEST(se_05_se_20_passed_limit_sees_two_receives_at_one_instant)
{
    instant_runs((struct instant){ .limited = true }, 5000);
}
