/* SPDX-License-Identifier: MIT */
/* chan/drop_test.c - channels whose sends never wait for room. */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include "chan/chan.h"

enum { LOG_MAX = 64 };

struct log {
    weir_chan *ch;
    size_t bytes;
    unsigned count;
    int64_t first[LOG_MAX]; /* of each message dropped, its first bytes */
    bool unlocked;
};

static void
note(void *arg, const void *msg)
{
    struct log *log = arg;

    memcpy(&log->first[log->count++ % LOG_MAX], msg,
           log->bytes < 8 ? log->bytes : 8);
    log->unlocked &= weir_load_rlx(&log->ch->lock.word) == LOCK_FREE;
}

static weir_chan *
make(struct log *log, int mode, size_t bytes, size_t capacity)
{
    const weir_chan_options o = { .on_full = mode,
                                  .on_drop = note,
                                  .drop_arg = log };

    memset(log, 0, sizeof(*log));
    log->bytes = bytes;
    log->unlocked = true;
    log->ch = weir_chan_make_with(bytes, capacity, &o);
    return log->ch;
}

/* Every form of a send, in turn. */
static int
send(weir_chan *ch, int64_t msg)
{
    switch (msg % 4) {
    case 0:
        return weir_chan_send(ch, &msg);
    case 1:
        return weir_chan_try_send(ch, &msg);
    case 2:
        return weir_chan_send_until(ch, &msg, weir_limit_at(0));
    default:
        return wr_chan_look_send(ch, &msg);
    }
}

TEST(oldest_messages_give_way)
{
    for (size_t capacity = 1; capacity <= 4; capacity++) {
        struct log log;
        weir_chan *ch = make(&log, WEIR_FULL_DROP_OLDEST, 8, capacity);
        const int64_t last = 20;
        int64_t msg;

        for (int64_t i = 0; i < last; i++) {
            EXPECT_OK(send(ch, i));
            EXPECT_LE(weir_chan_len(ch), capacity);
        }
        EXPECT_EQ(log.count, last - (int64_t)capacity);
        EXPECT_TRUE(log.unlocked);
        for (unsigned i = 0; i < log.count; i++)
            EXPECT_EQ(log.first[i], i);
        for (int64_t i = last - (int64_t)capacity; i < last; i++) {
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, i);
        }
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        EXPECT_EQ(weir_load_rlx(&ch->receive.word) & WEIR_RING_FLAGS, 0);
        weir_chan_free(ch);
    }
}

TEST(newest_messages_are_dropped)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        struct log log;
        weir_chan *ch = make(&log, WEIR_FULL_DROP_NEWEST, 8, capacity);
        int64_t msg;

        for (int64_t i = 0; i < 10; i++)
            EXPECT_OK(send(ch, i));
        EXPECT_EQ(log.count, 10 - capacity);
        EXPECT_TRUE(log.unlocked);
        for (unsigned i = 0; i < log.count; i++)
            EXPECT_EQ(log.first[i], (int64_t)(capacity + i));
        for (int64_t i = 0; i < (int64_t)capacity; i++) {
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, i);
        }
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        weir_chan_free(ch);
    }
}

TEST(nothing_is_dropped_where_there_is_room)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        struct log log;
        weir_chan *ch = make(&log, mode, 8, 2);
        int64_t msg;

        for (int64_t i = 0; i < 50; i++) {
            EXPECT_OK(send(ch, i));
            EXPECT_OK(weir_chan_recv(ch, &msg));
            EXPECT_EQ(msg, i);
        }
        EXPECT_EQ(log.count, 0);
        weir_chan_free(ch);
    }
}

TEST(no_hook_is_fine)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        const weir_chan_options o = { .on_full = mode };
        weir_chan *ch = weir_chan_make_with(8, 1, &o);
        int64_t msg;

        for (int64_t i = 1; i <= 9; i++)
            EXPECT_OK(send(ch, i));
        EXPECT_OK(weir_chan_recv(ch, &msg));
        EXPECT_EQ(msg, mode == WEIR_FULL_DROP_NEWEST ? 1 : 9);
        weir_chan_free(ch);
    }
}

/* Copies for the hook lie on the stack, or on the heap, whole. */
TEST(messages_of_any_size_are_dropped_whole)
{
    static const size_t sizes[] = { 0, 1, 4, 8, 24, 256, 257, 5000 };
    unsigned char *msg = calloc(1, 5000);

    for (unsigned i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++)
        for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
             mode++) {
            struct log log;
            weir_chan *ch = make(&log, mode, sizes[i], 1);

            for (unsigned n = 1; n <= 3; n++) {
                msg[0] = (unsigned char)n;
                EXPECT_OK(weir_chan_send(ch, msg));
            }
            EXPECT_EQ(log.count, 2);
            if (sizes[i] > 0) {
                const bool newest = mode == WEIR_FULL_DROP_NEWEST;

                EXPECT_EQ(log.first[0], newest ? 2 : 1);
                EXPECT_EQ(log.first[1], newest ? 3 : 2);
            }
            EXPECT_OK(weir_chan_recv(ch, msg));
            msg[0] = 0;
            weir_chan_free(ch);
        }
    free(msg);
}

TEST(closed_wins_over_full)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        struct log log;
        weir_chan *ch = make(&log, mode, 8, 1);

        EXPECT_OK(send(ch, 1));
        EXPECT_OK(weir_chan_close(ch));
        for (int64_t i = 0; i < 4; i++)
            EXPECT_STATUS(send(ch, i), WEIR_CLOSED);
        EXPECT_EQ(log.count, 0);
        EXPECT_EQ(weir_chan_len(ch), 1);
        weir_chan_free(ch);
    }
}

struct receiver {
    weir_chan *ch;
    int64_t msg;
    int status;
    struct test_thread thread;
};

static void
receive(void *arg)
{
    struct receiver *r = arg;

    r->status = weir_chan_recv(r->ch, &r->msg);
}

TEST(parked_receivers_come_before_dropping)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++) {
        struct log log;
        weir_chan *ch = make(&log, mode, 8, 1);
        struct receiver r[2];

        for (int i = 0; i < 2; i++) {
            r[i].ch = ch;
            test_thread_start(&r[i].thread, receive, &r[i]);
            test_thread_await_asleep(&r[i].thread);
        }
        for (int64_t i = 1; i <= 4; i++)
            EXPECT_OK(send(ch, i));
        for (int i = 0; i < 2; i++) {
            test_thread_join(&r[i].thread);
            EXPECT_OK(r[i].status);
            EXPECT_EQ(r[i].msg, i + 1);
        }
        EXPECT_EQ(log.count, 1);
        EXPECT_EQ(log.first[0], mode == WEIR_FULL_DROP_NEWEST ? 4 : 3);
        weir_chan_free(ch);
    }
}

static void
send_three(void *arg)
{
    for (int64_t i = 3; i <= 4; i++)
        EXPECT_OK(weir_chan_send(arg, &i));
}

/* The oldest message is claimed and not stored: it cannot be dropped yet. */
TEST(oldest_message_that_is_not_stored_yet_is_waited_for)
{
    struct log log;
    weir_chan *ch = make(&log, WEIR_FULL_DROP_OLDEST, 8, 2);
    uint64_t ticket = 0;
    const int64_t first = 1;
    int64_t msg = 2;
    struct test_thread thread;

    ASSERT_TRUE(weir_ring_claim(ch->shape, &ch->send.word, &ticket));
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_EQ(wr_chan_look_send(ch, &msg), CHAN_RETRY);
    EXPECT_EQ(weir_load_rlx(&ch->receive.word), 0); /* thawed */
    test_thread_start(&thread, send_three, ch);
    test_thread_await_asleep(&thread);
    EXPECT_EQ(log.count, 0);
    chan_copy(ch, ch->slots + sizeof(uint64_t), &first);
    weir_ring_publish(ch->slots, WEIR_RING_FULL);
    test_thread_join(&thread);
    EXPECT_EQ(log.count, 2);
    EXPECT_EQ(log.first[0], 1);
    EXPECT_EQ(log.first[1], 2);
    EXPECT_OK(weir_chan_recv(ch, &msg));
    EXPECT_EQ(msg, 3);
    weir_chan_free(ch);
}

/* A receiver has claimed the oldest and not taken it: there will be room. */
TEST(place_that_is_being_emptied_is_waited_for)
{
    struct log log;
    weir_chan *ch = make(&log, WEIR_FULL_DROP_OLDEST, 8, 1);
    uint64_t ticket = 0;
    int64_t msg = 2;
    struct test_thread thread;

    EXPECT_OK(weir_chan_send(ch, &msg));
    ASSERT_TRUE(weir_ring_claim(ch->shape, &ch->receive.word, &ticket));
    test_thread_start(&thread, send_three, ch);
    test_thread_await_asleep(&thread);
    weir_ring_publish(ch->slots, weir_ring_lap(ch->shape));
    test_thread_join(&thread);
    EXPECT_EQ(log.count, 1);
    EXPECT_EQ(log.first[0], 3);
    weir_chan_free(ch);
}

/* The hook may use the channel: no lock is held. */
static void
send_on(void *arg, const void *msg)
{
    EXPECT_OK(weir_chan_send(arg, msg));
}

TEST(hook_may_send)
{
    weir_chan *overflow = weir_chan_make(8, 16);
    const weir_chan_options o = { .on_full = WEIR_FULL_DROP_OLDEST,
                                  .on_drop = send_on,
                                  .drop_arg = overflow };
    weir_chan *ch = weir_chan_make_with(8, 1, &o);
    int64_t msg;

    for (int64_t i = 0; i < 10; i++)
        EXPECT_OK(weir_chan_send(ch, &i));
    for (int64_t i = 0; i < 9; i++) {
        EXPECT_OK(weir_chan_recv(overflow, &msg));
        EXPECT_EQ(msg, i);
    }
    weir_chan_free(overflow);
    weir_chan_free(ch);
}

/* Every message is received once or dropped once, and receivers see them grow.
 */
enum { SENDERS = 2, RECEIVERS = 2 };

struct crowd {
    weir_chan *ch;
    int64_t each;
    WEIR_ATOMIC(int64_t) sent;
    WEIR_ATOMIC(int64_t) received;
    WEIR_ATOMIC(int64_t) dropped;
    WEIR_ATOMIC(unsigned) sending;
};

static void
count_dropped(void *arg, const void *msg)
{
    struct crowd *c = arg;
    int64_t value;

    memcpy(&value, msg, 8);
    (void)weir_fetch_add_rlx(&c->dropped, value);
}

static void
crowd_member(void *arg, unsigned index)
{
    struct crowd *c = arg;
    int64_t last[SENDERS] = { 0 };
    int64_t msg;

    if (index < SENDERS) {
        for (int64_t i = 1; i <= c->each; i++) {
            msg = i * SENDERS + index;
            EXPECT_OK(weir_chan_send(c->ch, &msg));
            (void)weir_fetch_add_rlx(&c->sent, msg);
        }
        if (weir_fetch_sub_acqrel(&c->sending, 1u) == 1)
            EXPECT_OK(weir_chan_close(c->ch));
        return;
    }
    while (weir_chan_recv(c->ch, &msg) == WEIR_OK) {
        EXPECT_GT(msg, last[msg % SENDERS]);
        last[msg % SENDERS] = msg;
        (void)weir_fetch_add_rlx(&c->received, msg);
    }
}

TEST(crowd_loses_nothing_that_was_not_dropped)
{
    for (int mode = WEIR_FULL_DROP_NEWEST; mode <= WEIR_FULL_DROP_OLDEST;
         mode++)
        for (size_t capacity = 1; capacity <= 3; capacity++) {
            struct crowd c = { .each = (int64_t)test_rounds(20000) };
            const weir_chan_options o = { .on_full = mode,
                                          .stats = true,
                                          .on_drop = count_dropped,
                                          .drop_arg = &c };
            weir_chan_statistics stats;

            weir_store_rlx(&c.sending, (unsigned)SENDERS);
            c.ch = weir_chan_make_with(8, capacity, &o);
            test_threads(SENDERS + RECEIVERS, crowd_member, &c);
            EXPECT_EQ(weir_load_rlx(&c.sent),
                      weir_load_rlx(&c.received) + weir_load_rlx(&c.dropped));
            weir_chan_stats(c.ch, &stats);
            EXPECT_EQ(stats.sent, SENDERS * c.each);
            EXPECT_EQ(stats.sent, stats.received + stats.dropped);
            EXPECT_EQ(stats.depth, 0);
            EXPECT_LE(stats.high_water, capacity);
            weir_chan_free(c.ch);
        }
}
