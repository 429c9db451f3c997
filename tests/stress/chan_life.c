/* SPDX-License-Identifier: MIT */
/*
 * stress/chan_life.c - free straight after the last message, or after a close.
 *
 * Race      the receiver of the last message frees the channel while the call
 *           that sent it is still returning
 *
 *     partner                              owner
 *     -------                              -----
 *     claim; write; stamp (last touch)     recv: sees the stamp
 *     return                               free: lock, unlock, free()
 *
 *     lock; claim owner; unlock; grant     park ... DONE
 *     return (waiter memory only)          free
 *
 *     lock; CLOSED; claim; unlock; grant   CLOSED
 *     return                               free: waits for the unlock
 *
 * The judges are AddressSanitizer and ThreadSanitizer; without them a broken
 * heap shows sooner or later.  WEIR_TEST_PERCENT=5000 is 10^6 rounds each.
 */
#include "test.h"

#include <weir/atomic.h>
#include <weir/chan.h>
#include <weir/cpu.h>

enum { ROUNDS = 20000, CAPACITIES = 3 };

/* How the owner receives, and what the partner does in a round. */
struct life {
    void (*partner)(weir_chan *ch, uint64_t round);
    void (*owner)(weir_chan *ch, uint64_t round);
    uint64_t rounds;
    WEIR_ATOMIC(weir_chan *) handed; /* to the partner; it takes it out */
};

static weir_chan *
await_channel(struct life *life)
{
    weir_chan *ch;

    for (unsigned looks = 1;; looks++) {
        ch = weir_load_acq(&life->handed);
        if (ch != NULL)
            break;
        if (looks % 64 == 0)
            (void)sched_yield();
        else
            weir_cpu_relax();
    }
    weir_store_rlx(&life->handed, NULL);
    return ch;
}

static void
live(void *arg, unsigned index)
{
    struct life *life = arg;

    for (uint64_t i = 0; i < life->rounds; i++) {
        weir_chan *ch;

        if (index == 1) {
            life->partner(await_channel(life), i);
            continue;
        }
        ch = weir_chan_make(8, i % CAPACITIES);
        weir_store_rel(&life->handed, ch);
        life->owner(ch, i);
        weir_chan_free(ch);
    }
}

static void
run(void (*partner)(weir_chan *ch, uint64_t round),
    void (*owner)(weir_chan *ch, uint64_t round))
{
    struct life life = { .partner = partner,
                         .owner = owner,
                         .rounds = test_rounds(ROUNDS) };

    test_threads(2, live, &life);
}

/* --- partners ------------------------------------------------------------- */

static void
send_one(weir_chan *ch, uint64_t round)
{
    EXPECT_OK(weir_chan_send(ch, &round));
}

/* With capacity 1 the second one may park, and is moved in by the owner. */
static void
send_three(weir_chan *ch, uint64_t round)
{
    for (int i = 0; i < 3; i++)
        EXPECT_OK(weir_chan_send(ch, &round));
}

static void
close_it(weir_chan *ch, uint64_t round)
{
    (void)round;
    EXPECT_OK(weir_chan_close(ch));
}

static void
send_and_close(weir_chan *ch, uint64_t round)
{
    EXPECT_OK(weir_chan_send(ch, &round));
    EXPECT_OK(weir_chan_close(ch));
}

/* The deadline falls anywhere; a refused message is sent again. */
static void
send_hastily(weir_chan *ch, uint64_t round)
{
    const int64_t wait_ns = (int64_t)(round * 37 % 30000);

    while (weir_chan_send_until(ch, &round, weir_deadline(wait_ns)) != WEIR_OK)
        ;
}

static void
try_until_sent(weir_chan *ch, uint64_t round)
{
    TEST_AWAIT(weir_chan_try_send(ch, &round) == WEIR_OK);
}

/* --- owners --------------------------------------------------------------- */

static void
receive_one(weir_chan *ch, uint64_t round)
{
    uint64_t msg = ~round;

    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_TRUE(msg == round);
}

static void
receive_three(weir_chan *ch, uint64_t round)
{
    for (int i = 0; i < 3; i++)
        receive_one(ch, round);
}

static void
see_close(weir_chan *ch, uint64_t round)
{
    uint64_t msg = ~round;

    EXPECT_STATUS(weir_chan_recv(ch, &msg), WEIR_CLOSED);
    EXPECT_TRUE(msg == 0);
}

static void
receive_and_see_close(weir_chan *ch, uint64_t round)
{
    receive_one(ch, round);
    see_close(ch, round);
}

static void
poll_one(weir_chan *ch, uint64_t round)
{
    uint64_t msg = ~round;

    TEST_AWAIT(weir_chan_try_recv(ch, &msg) == WEIR_OK);
    EXPECT_TRUE(msg == round);
}

static void
poll_close(weir_chan *ch, uint64_t round)
{
    uint64_t msg = ~round;

    TEST_AWAIT(weir_chan_try_recv(ch, &msg) == WEIR_CLOSED);
}

static void
receive_hastily(weir_chan *ch, uint64_t round)
{
    uint64_t msg = ~round;
    int64_t wait_ns = (int64_t)(round * 41 % 30000);

    while (weir_chan_recv_until(ch, &msg, weir_deadline(wait_ns)) != WEIR_OK)
        wait_ns++;
    EXPECT_TRUE(msg == round);
}

static void
see_close_hastily(weir_chan *ch, uint64_t round)
{
    uint64_t msg = ~round;
    int64_t wait_ns = (int64_t)(round * 41 % 30000);

    while (weir_chan_recv_until(ch, &msg, weir_deadline(wait_ns)) !=
           WEIR_CLOSED)
        wait_ns++;
}

/* --- lives ---------------------------------------------------------------- */

TEST(free_straight_after_the_last_message)
{
    run(send_one, receive_one);
}

TEST(free_straight_after_the_last_of_three)
{
    run(send_three, receive_three);
}

TEST(free_straight_after_a_seen_close)
{
    run(close_it, see_close);
}

TEST(free_after_a_message_and_a_close)
{
    run(send_and_close, receive_and_see_close);
}

TEST(free_after_a_polled_message)
{
    run(send_one, poll_one);
}

TEST(free_after_a_polled_close)
{
    run(close_it, poll_close);
}

TEST(free_after_a_message_from_a_hasty_sender)
{
    run(send_hastily, receive_one);
}

TEST(free_after_a_message_to_a_hasty_receiver)
{
    run(send_one, receive_hastily);
}

TEST(free_after_a_message_between_two_hasty_parties)
{
    run(send_hastily, receive_hastily);
}

TEST(free_after_a_message_by_try)
{
    run(try_until_sent, receive_one);
}

TEST(free_after_a_hastily_seen_close)
{
    run(close_it, see_close_hastily);
}
