/* SPDX-License-Identifier: MIT */
/*
 * semantics/chan_order_test.c - order, atomicity, edges: CH-32 to CH-44.
 *
 * Where Go panics, weir returns WEIR_CLOSED.  docs/semantics.md has every row;
 * what needs one worker stands in order_test.c.
 */
#include "party.h"

#include <stdlib.h>
#include <string.h>

/* --- order, atomicity, fairness ------------------------------------------- */

struct tagged {
    uint32_t sender;
    uint32_t number;
};

enum { MANY = 4 };

struct crowd {
    weir_chan *ch;
    uint32_t each;
    unsigned senders;
    unsigned receivers;
    WEIR_ATOMIC(unsigned) senders_left;
    WEIR_ATOMIC(uint32_t) *seen; /* how often, by sender and number */
};

static void
crowd_member(void *arg, unsigned index)
{
    struct crowd *c = arg;
    uint32_t next[MANY] = { 0 };
    struct tagged m;

    if (index < c->senders) {
        for (uint32_t i = 0; i < c->each; i++) {
            m = (struct tagged){ index, i };
            EXPECT_OK(weir_chan_send(c->ch, &m));
        }
        if (weir_fetch_sub_acqrel(&c->senders_left, 1u) == 1)
            EXPECT_OK(weir_chan_close(c->ch));
        return;
    }
    while (weir_chan_recv(c->ch, &m) == WEIR_OK) {
        ASSERT_TRUE(m.sender < c->senders && m.number < c->each);
        EXPECT_GE(m.number, next[m.sender]); /* order of each sender */
        next[m.sender] = m.number + 1;
        (void)weir_fetch_add_rlx(&c->seen[m.sender * c->each + m.number], 1u);
    }
}

static void
crowd_run(size_t capacity, unsigned senders, unsigned receivers)
{
    struct crowd c = { .ch = weir_chan_make(sizeof(struct tagged), capacity),
                       .each = (uint32_t)test_rounds(1000),
                       .senders = senders,
                       .receivers = receivers };

    weir_store_rlx(&c.senders_left, senders);
    c.seen = calloc((size_t)senders * c.each, sizeof(*c.seen));
    test_threads(senders + receivers, crowd_member, &c);
    for (uint32_t i = 0; i < senders * c.each; i++)
        EXPECT_EQ(weir_load_rlx(&c.seen[i]), 1);
    free((void *)c.seen);
    weir_chan_free(c.ch);
}

TEST(ch_32_values_of_one_sender_stay_in_order)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        crowd_run(capacity, 1, 1);
        crowd_run(capacity, 3, 1);
    }
}

TEST(ch_33_nothing_is_lost_and_nothing_comes_twice)
{
    static const size_t capacities[] = { 0, 1, 2, 3, 10, 200 };

    for (int i = 0; i < 6; i++) {
        crowd_run(capacities[i], MANY, MANY);
        crowd_run(capacities[i], MANY, 1);
        crowd_run(capacities[i], 1, MANY);
    }
}

/* T threads, capacity T: each sends one and must then find one. */
struct probe {
    weir_chan *ch;
    uint64_t rounds;
};

static void
send_then_try(void *arg, unsigned index)
{
    const struct probe *p = arg;
    int64_t msg = index;

    for (uint64_t i = 0; i < p->rounds; i++) {
        if (i % 2)
            EXPECT_OK(weir_chan_send(p->ch, &msg));
        else
            EXPECT_OK(weir_chan_try_send(p->ch, &msg)); /* there is room */
        EXPECT_OK(weir_chan_try_recv(p->ch, &msg));
    }
}

TEST(ch_34_a_try_after_a_send_finds_something)
{
    for (unsigned threads = 1; threads <= 6; threads++) {
        struct probe p = { weir_chan_make(8, threads), test_rounds(5000) };

        test_threads(threads, send_then_try, &p);
        EXPECT_EQ(weir_chan_len(p.ch), 0);
        weir_chan_free(p.ch);
    }
}

/* --- happens-before: plain memory, ThreadSanitizer is the judge ----------- */

struct litmus {
    weir_chan *ch;
    weir_chan *done;
    int plain;
    int64_t counter;
    uint64_t rounds;
};

static void
publish_by_send(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = 0;

    if (index == 0) {
        l->plain = 42;
        EXPECT_OK(weir_chan_send(l->ch, &msg));
    } else {
        EXPECT_OK(weir_chan_recv(l->ch, &msg));
        EXPECT_EQ(l->plain, 42);
    }
}

static void
publish_by_close(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = 0;

    if (index == 0) {
        l->plain = 42;
        EXPECT_OK(weir_chan_close(l->ch));
    } else if (index == 1) {
        EXPECT_STATUS(weir_chan_recv(l->ch, &msg), WEIR_CLOSED);
        EXPECT_EQ(l->plain, 42);
    } else {
        TEST_AWAIT(weir_chan_try_recv(l->ch, &msg) == WEIR_CLOSED);
        EXPECT_EQ(l->plain, 42);
    }
}

static void
publish_by_receive(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = 0;

    if (index == 0) {
        l->plain = 42;
        EXPECT_OK(weir_chan_recv(l->ch, &msg));
    } else {
        EXPECT_OK(weir_chan_send(l->ch, &msg));
        EXPECT_EQ(l->plain, 42);
    }
}

static void
litmus_run(size_t capacity, unsigned threads,
           void (*run)(void *arg, unsigned index))
{
    for (uint64_t i = test_rounds(300); i > 0; i--) {
        struct litmus l = { .ch = weir_chan_make(8, capacity) };

        test_threads(threads, run, &l);
        weir_chan_free(l.ch);
    }
}

TEST(ch_39_send_is_before_the_return_of_its_receive)
{
    litmus_run(0, 2, publish_by_send);
    litmus_run(1, 2, publish_by_send);
    litmus_run(10, 2, publish_by_send);
}

TEST(ch_40_close_is_before_a_receive_that_says_closed)
{
    litmus_run(0, 3, publish_by_close);
    litmus_run(10, 3, publish_by_close);
}

TEST(ch_41_unbuffered_receive_is_before_the_return_of_its_send)
{
    litmus_run(0, 2, publish_by_receive);
}

/* A channel of capacity 1 as a mutex: send locks, receive unlocks. */
static void
lock_by_send(void *arg, unsigned index)
{
    struct litmus *l = arg;
    int64_t msg = index;

    for (uint64_t i = 0; i < l->rounds; i++) {
        EXPECT_OK(weir_chan_send(l->ch, &msg));
        l->counter++;
        EXPECT_OK(weir_chan_recv(l->ch, &msg));
    }
}

static void
lock_with(size_t bytes)
{
    struct litmus l = { .ch = weir_chan_make(bytes, 1),
                        .rounds = test_rounds(3000) };

    test_threads(3, lock_by_send, &l);
    EXPECT_EQ(l.counter, 3 * (int64_t)l.rounds);
    weir_chan_free(l.ch);
}

TEST(ch_42_kth_receive_is_before_send_k_plus_c_as_a_mutex)
{
    lock_with(8);
    lock_with(0); /* HB-09: no element to hang the edge on */
}

/* The same with a send that parks (HB-08): its message passes the buffer. */
TEST(ch_42_edge_holds_for_a_sender_that_was_parked)
{
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        struct party sender;
        int64_t msg;

        for (msg = 0; msg < (int64_t)capacity; msg++)
            EXPECT_OK(weir_chan_send(ch, &msg));
        party_park(&sender, ch, party_sends, (int64_t)capacity);
        for (int64_t due = 0; due <= (int64_t)capacity; due++)
            EXPECT_EQ(party_take(ch), due);
        TEST_AWAIT(weir_load_acq(&sender.returned));
        EXPECT_OK(sender.status);
        test_thread_join(&sender.thread);
        weir_chan_free(ch);
    }
}

/* HB-22: what a pointer points to goes with it. */
static void
pass_pointer(void *arg, unsigned index)
{
    struct litmus *l = arg;

    for (uint64_t i = 0; i < l->rounds; i++) {
        int64_t *box = NULL;

        if (index == 0) {
            box = malloc(sizeof(*box));
            *box = (int64_t)i;
            EXPECT_OK(weir_chan_send(l->ch, &box));
        } else {
            EXPECT_OK(weir_chan_recv(l->ch, &box));
            EXPECT_EQ(*box, (int64_t)i);
            free(box);
        }
    }
}

TEST(hb_22_memory_goes_with_a_pointer)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        struct litmus l = { .ch = weir_chan_make(sizeof(void *), capacity),
                            .rounds = test_rounds(2000) };

        test_threads(2, pass_pointer, &l);
        weir_chan_free(l.ch);
    }
}

/* HB-23: a request carries its own reply channel, which its maker frees as
 * soon as the reply is there. */
struct request {
    int64_t question;
    weir_chan *reply;
};

static void
ask_or_answer(void *arg, unsigned index)
{
    struct litmus *l = arg;

    for (uint64_t i = 0; i < l->rounds; i++) {
        struct request r;
        int64_t answer;

        if (index == 0) {
            r = (struct request){ (int64_t)i, weir_chan_make(8, i % 2) };
            EXPECT_OK(weir_chan_send(l->ch, &r));
            EXPECT_OK(weir_chan_recv(r.reply, &answer));
            EXPECT_EQ(answer, (int64_t)i + 1);
            weir_chan_free(r.reply);
        } else {
            EXPECT_OK(weir_chan_recv(l->ch, &r));
            answer = r.question + 1;
            EXPECT_OK(weir_chan_send(r.reply, &answer));
        }
    }
}

TEST(hb_23_reply_channel_is_freed_after_its_reply)
{
    struct litmus l = { .ch = weir_chan_make(sizeof(struct request), 0),
                        .rounds = test_rounds(3000) };

    test_threads(2, ask_or_answer, &l);
    weir_chan_free(l.ch);
}
