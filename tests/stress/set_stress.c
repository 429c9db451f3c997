/* SPDX-License-Identifier: MIT */
/*
 * stress/set_stress.c - a set of 4,096 channels, senders, waits and changes;
 * row SE-14.
 *
 * Every message must be found by way of the set.  A readiness that is lost
 * shows as a hang.
 */
#include "test.h"

#include <stdlib.h>

#include <weir/atomic.h>
#include <weir/set.h>

enum { CHANS = 4096, SENDERS = 2, WAITERS = 2 };

static struct {
    weir_set *set;
    weir_chan *chans[CHANS];
    weir_chan *stop; /* closed when all has been taken */
    int64_t each;    /* messages of a sender */
    WEIR_ATOMIC(int64_t) left;
    WEIR_ATOMIC(int64_t) sum;
} big;

static void
send_all(uint64_t seed)
{
    for (int64_t v = 1; v <= big.each; v++)
        EXPECT_OK(weir_chan_send(big.chans[test_rand(&seed) % CHANS], &v));
}

/* At most two of a channel at a time, so that some stay ready. */
static void
drain(weir_chan *ch)
{
    for (int i = 0; i < 2; i++) {
        int64_t v;

        if (weir_chan_try_recv(ch, &v) != WEIR_OK)
            return;
        (void)weir_fetch_add_rlx(&big.sum, v);
        if (weir_fetch_sub_rlx(&big.left, 1) == 1)
            (void)weir_chan_close(big.stop);
    }
}

static void
take_all(void)
{
    weir_ready ready[8];
    size_t got = 0;
    bool over = false;

    while (!over) {
        EXPECT_OK(weir_set_wait(big.set, ready, 8, &got));
        for (size_t i = 0; i < got; i++) {
            if (ready[i].chan == big.stop)
                over = true;
            else
                drain(ready[i].chan);
        }
    }
    EXPECT_OK(weir_set_try_wait(big.set, NULL, 0, &got));
}

static void
run(void *seed, unsigned index)
{
    if (index < SENDERS)
        send_all(*(uint64_t *)seed + index);
    else
        take_all();
}

TEST(se_14_set_of_4096_channels_loses_nothing)
{
    uint64_t seed = test_seed();

    big.each = (int64_t)test_rounds(100000);
    big.set = weir_set_make();
    big.stop = weir_chan_make(8, 0);
    weir_store_rlx(&big.left, big.each * SENDERS);
    for (int i = 0; i < CHANS; i++) {
        big.chans[i] = weir_chan_make(8, (size_t)i % 3);
        ASSERT_OK(
            weir_set_add(big.set, big.chans[i], WEIR_CASE_RECV, big.chans[i]));
    }
    ASSERT_OK(weir_set_add(big.set, big.stop, WEIR_CASE_RECV, NULL));
    test_threads(SENDERS + WAITERS, run, &seed);
    EXPECT_EQ(weir_load_rlx(&big.sum), SENDERS * big.each * (big.each + 1) / 2);
    weir_set_free(big.set);
    for (int i = 0; i < CHANS; i++)
        weir_chan_free(big.chans[i]);
    weir_chan_free(big.stop);
}

/* Channels come and go while others wait, and are freed at once. */
static struct {
    weir_set *set;
    weir_chan *steady;
    int64_t rounds;
} churn;

static void
change(uint64_t seed)
{
    for (int64_t i = 0; i < churn.rounds; i++) {
        weir_chan *ch = weir_chan_make(8, test_rand(&seed) % 2);
        const int64_t v = -1;
        int status;

        EXPECT_OK(weir_set_add(churn.set, ch, WEIR_CASE_SEND, ch));
        status = weir_chan_try_send(ch, &v);
        EXPECT_TRUE(status == WEIR_OK || status == WEIR_AGAIN);
        weir_set_remove(churn.set, ch, WEIR_CASE_SEND);
        weir_chan_free(ch);
        EXPECT_OK(weir_chan_send(churn.steady, &i));
    }
    EXPECT_OK(weir_chan_close(churn.steady));
}

/* Only the steady one is still there when it is tried. */
static void
follow(void)
{
    for (;;) {
        weir_ready ready;
        size_t got;
        int64_t v;

        EXPECT_OK(weir_set_wait(churn.set, &ready, 1, &got));
        if (ready.chan == churn.steady &&
            weir_chan_try_recv(ready.chan, &v) == WEIR_CLOSED)
            break;
    }
}

static void
run_churn(void *seed, unsigned index)
{
    if (index == 0)
        change(*(uint64_t *)seed);
    else
        follow();
}

TEST(channels_come_and_go_while_others_wait)
{
    uint64_t seed = test_seed();

    churn.rounds = (int64_t)test_rounds(20000);
    churn.set = weir_set_make();
    churn.steady = weir_chan_make(8, 1);
    ASSERT_OK(weir_set_add(churn.set, churn.steady, WEIR_CASE_RECV, NULL));
    test_threads(2, run_churn, &seed);
    weir_set_free(churn.set);
    weir_chan_free(churn.steady);
}
