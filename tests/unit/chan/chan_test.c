/* SPDX-License-Identifier: MIT */
/*
 * chan/chan_test.c - make, free, close, len, cap; what every capacity shares.
 *
 * Messages are bytes that follow from one number, so that a torn one shows.
 */
#include "test.h"

#include <stdlib.h>
#include <string.h>

#include <weir/chan.h>

#include "chan/chan.h"

enum { BYTES_MAX = 1 << 20, SIZES = 9, CAPACITIES = 6 };

static const size_t sizes[SIZES] = { 0, 1, 3, 4, 8, 24, 56, 100, 4096 };
static const size_t capacities[CAPACITIES] = { 1, 2, 3, 4, 5, 64 };

static void
fill(unsigned char *msg, size_t bytes, uint64_t number)
{
    for (size_t i = 0; i < bytes; i++)
        msg[i] = (unsigned char)(number * 31 + i * 7 + 1);
}

/* The sanitizers' malloc aborts on an absurd size unless told otherwise. */
const char *__asan_default_options(void);
const char *__tsan_default_options(void);

const char *
__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

const char *
__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

/* --- make and free -------------------------------------------------------- */

TEST(make_refuses_what_no_memory_can_hold)
{
    EXPECT_NULL(weir_chan_make(8, SIZE_MAX - 1));
    EXPECT_NULL(weir_chan_make(8, (size_t)1 << 60));
    EXPECT_NULL(weir_chan_make(8, ((size_t)1 << 40) + 1));
    EXPECT_NULL(weir_chan_make(1 << 20, (size_t)1 << 40));
    EXPECT_NULL(weir_chan_make(0, SIZE_MAX - 1));
    EXPECT_NULL(weir_chan_make(SIZE_MAX, 0));
    EXPECT_NULL(weir_chan_make(SIZE_MAX, 1));
    EXPECT_NULL(weir_chan_make(SIZE_MAX, SIZE_MAX));
    EXPECT_NULL(weir_chan_make(((size_t)1 << 20) + 1, 1));
}

TEST(channel_is_aligned_and_its_indexes_stand_apart)
{
    for (int i = 0; i < 50; i++) {
        void *shift = malloc((size_t)i * 16 + 1); /* moves the next block */
        weir_chan *ch = weir_chan_make(8, 3);

        ASSERT_NOT_NULL(ch);
        EXPECT_EQ((uintptr_t)ch % WEIR_SEPARATION, 0);
        EXPECT_EQ((uintptr_t)ch->slots % 64, 0);
        EXPECT_GE(offsetof(struct weir_chan, receive) -
                      offsetof(struct weir_chan, send),
                  WEIR_SEPARATION);
        weir_chan_free(ch);
        free(shift);
    }
}

TEST(free_of_null_does_nothing)
{
    weir_chan_free(NULL);
}

TEST(free_drops_what_is_in_the_buffer)
{
    weir_chan *ch = weir_chan_make(8, 3);
    const int64_t msg = 1;

    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_send(ch, &msg));
    weir_chan_free(ch);
    ch = weir_chan_make(8, 3);
    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_OK(weir_chan_close(ch));
    weir_chan_free(ch);
}

/* --- tries ---------------------------------------------------------------- */

static uint64_t
missed(struct chan_side *side)
{
    return weir_load_rlx(&side->missed);
}

TEST(try_told_no_once_sees_all_that_comes_after)
{
    for (int i = 0; i < CAPACITIES; i++) {
        weir_chan *ch = weir_chan_make(8, capacities[i]);
        int64_t msg = 7;

        ASSERT_NOT_NULL(ch);
        for (int lap = 0; lap < 3; lap++) {
            EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
            EXPECT_EQ(missed(&ch->receive), weir_load_rlx(&ch->send.word));
            EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
            EXPECT_EQ(msg, 7);
            for (size_t n = 0; n < capacities[i]; n++)
                EXPECT_OK(weir_chan_try_send(ch, &msg));
            EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
            EXPECT_EQ(missed(&ch->send), weir_load_rlx(&ch->send.word));
            EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_AGAIN);
            EXPECT_OK(weir_chan_try_recv(ch, &msg));
            EXPECT_OK(weir_chan_try_send(ch, &msg));
            for (size_t n = 0; n < capacities[i]; n++)
                EXPECT_OK(weir_chan_try_recv(ch, &msg));
        }
        weir_chan_free(ch);
    }
}

TEST(try_told_no_once_sees_the_close)
{
    weir_chan *ch = weir_chan_make(8, 1);
    weir_chan *full = weir_chan_make(8, 1);
    int64_t msg = 7;

    ASSERT_NOT_NULL(ch);
    ASSERT_NOT_NULL(full);
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_CLOSED);
    EXPECT_EQ(msg, 0);
    EXPECT_OK(weir_chan_try_send(full, &msg));
    EXPECT_STATUS(weir_chan_try_send(full, &msg), WEIR_AGAIN);
    EXPECT_OK(weir_chan_close(full));
    EXPECT_STATUS(weir_chan_try_send(full, &msg), WEIR_CLOSED);
    weir_chan_free(ch);
    weir_chan_free(full);
}

TEST(only_a_plain_buffer_remembers_a_no)
{
    const weir_chan_options drops = { .on_full = WEIR_FULL_DROP_NEWEST };
    const weir_chan_options quota = { .quota = 1 };
    weir_chan *chs[] = { weir_chan_make(8, 0),
                         weir_chan_make_with(8, 1, &drops),
                         weir_chan_make_with(8, WEIR_UNBOUNDED, &quota) };
    int64_t msg = 1;

    for (int i = 0; i < 3; i++) {
        ASSERT_NOT_NULL(chs[i]);
        for (int n = 0; n < 3; n++)
            EXPECT_STATUS(weir_chan_try_send(chs[i], &msg),
                          i == 1 || (i == 2 && n == 0) ? WEIR_OK : WEIR_AGAIN);
        EXPECT_EQ(missed(&chs[i]->send), UINT64_MAX);
        for (int n = 0; n < 3; n++)
            EXPECT_STATUS(weir_chan_try_recv(chs[i], &msg),
                          i > 0 && n == 0 ? WEIR_OK : WEIR_AGAIN);
        if (i != 1)
            EXPECT_EQ(missed(&chs[i]->receive), UINT64_MAX);
        weir_chan_free(chs[i]);
    }
}

static void
receive_for_ever(void *arg)
{
    int64_t msg;

    EXPECT_OK(weir_chan_recv(arg, &msg));
}

static void
send_for_ever(void *arg)
{
    const int64_t msg = 1;

    EXPECT_OK(weir_chan_send(arg, &msg));
}

static void
free_with_waiter(size_t capacity, size_t messages, void (*wait)(void *arg))
{
    weir_chan *ch = weir_chan_make(8, capacity);
    const int64_t msg = 1;
    struct test_thread thread;

    while (messages-- > 0)
        if (weir_chan_send(ch, &msg) != WEIR_OK)
            return;
    test_thread_start(&thread, wait, ch);
    test_thread_await_asleep(&thread);
    weir_chan_free(ch);
}

TEST(free_with_waiters_aborts)
{
    static const char line[] = "weir: channel: free while somebody waits on it";

    EXPECT_ABORT(free_with_waiter(0, 0, receive_for_ever), line);
    EXPECT_ABORT(free_with_waiter(0, 0, send_for_ever), line);
    EXPECT_ABORT(free_with_waiter(1, 0, receive_for_ever), line);
    EXPECT_ABORT(free_with_waiter(2, 2, send_for_ever), line);
}

/* --- sizes ---------------------------------------------------------------- */

static void
pass(size_t bytes, size_t capacity)
{
    weir_chan *ch = weir_chan_make(bytes, capacity);
    unsigned char *in = malloc(bytes + 1);
    unsigned char *out = malloc(bytes + 1);
    uint64_t sent = 0;
    uint64_t received = 0;

    ASSERT_NOT_NULL(ch);
    EXPECT_EQ(weir_chan_cap(ch), capacity);
    for (int lap = 0; lap < 3; lap++) {
        for (size_t i = 0; i < capacity; i++) {
            EXPECT_EQ(weir_chan_len(ch), i);
            fill(in, bytes, sent++);
            EXPECT_OK(weir_chan_send(ch, in));
        }
        EXPECT_STATUS(weir_chan_try_send(ch, in), WEIR_AGAIN);
        for (size_t i = 0; i < capacity; i++) {
            fill(in, bytes, received++);
            memset(out, 0xaa, bytes + 1);
            EXPECT_OK(weir_chan_recv(ch, out));
            EXPECT_MEMEQ(in, out, bytes);
            EXPECT_EQ(out[bytes], 0xaa); /* and nothing beyond it */
        }
        EXPECT_STATUS(weir_chan_try_recv(ch, out), WEIR_AGAIN);
        EXPECT_EQ(weir_chan_len(ch), 0);
    }
    weir_chan_free(ch);
    free(in);
    free(out);
}

TEST(messages_of_every_size_pass_at_every_capacity)
{
    for (int c = 0; c < CAPACITIES; c++)
        for (int s = 0; s < SIZES; s++)
            pass(sizes[s], capacities[c]);
}

TEST(largest_message_passes)
{
    pass(BYTES_MAX, 1);
    pass(BYTES_MAX, 2);
}

TEST(message_without_content_needs_no_memory)
{
    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(0, capacity);

        EXPECT_OK(weir_chan_send(ch, NULL));
        EXPECT_EQ(weir_chan_len(ch), 1);
        EXPECT_OK(weir_chan_recv(ch, NULL));
        EXPECT_OK(weir_chan_try_send(ch, NULL));
        EXPECT_OK(weir_chan_try_recv(ch, NULL));
        EXPECT_OK(weir_chan_close(ch));
        EXPECT_STATUS(weir_chan_recv(ch, NULL), WEIR_CLOSED);
        weir_chan_free(ch);
    }
}

/* --- close ---------------------------------------------------------------- */

static void
expect_closed(weir_chan *ch, size_t bytes)
{
    unsigned char *out = malloc(bytes + 1);
    unsigned char *zero = calloc(1, bytes + 1);
    const weir_limit past = weir_limit_at(0);

    for (int i = 0; i < 3; i++) { /* each of them, any number of times */
        memset(out, 0xaa, bytes + 1);
        EXPECT_STATUS(weir_chan_recv(ch, out), WEIR_CLOSED);
        EXPECT_MEMEQ(out, zero, bytes);
        EXPECT_EQ(out[bytes], 0xaa);
        memset(out, 0xaa, bytes + 1);
        EXPECT_STATUS(weir_chan_try_recv(ch, out), WEIR_CLOSED);
        EXPECT_MEMEQ(out, zero, bytes);
        EXPECT_EQ(out[bytes], 0xaa);
        memset(out, 0xaa, bytes + 1);
        EXPECT_STATUS(weir_chan_recv_until(ch, out, i ? past : WEIR_FOREVER),
                      WEIR_CLOSED);
        EXPECT_MEMEQ(out, zero, bytes);
        EXPECT_EQ(out[bytes], 0xaa);
        EXPECT_STATUS(weir_chan_send(ch, out), WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_try_send(ch, out), WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_send_until(ch, out, i ? past : WEIR_FOREVER),
                      WEIR_CLOSED);
        EXPECT_STATUS(weir_chan_close(ch), WEIR_CLOSED);
    }
    free(out);
    free(zero);
}

TEST(closed_channel_says_so_and_zero_fills)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        for (int s = 0; s < SIZES; s++) {
            weir_chan *ch = weir_chan_make(sizes[s], capacity);

            EXPECT_OK(weir_chan_close(ch));
            expect_closed(ch, sizes[s]);
            weir_chan_free(ch);
        }
    }
}

TEST(receivers_get_what_was_buffered_before_the_close)
{
    for (size_t capacity = 1; capacity <= 4; capacity++) {
        for (size_t level = 0; level <= capacity; level++) {
            weir_chan *ch = weir_chan_make(8, capacity);
            int64_t msg;

            for (msg = 1; msg <= (int64_t)level; msg++)
                EXPECT_OK(weir_chan_send(ch, &msg));
            EXPECT_OK(weir_chan_close(ch));
            EXPECT_EQ(weir_chan_len(ch), level);
            EXPECT_STATUS(weir_chan_send(ch, &msg), WEIR_CLOSED);
            EXPECT_STATUS(weir_chan_try_send(ch, &msg), WEIR_CLOSED);
            for (int64_t i = 1; i <= (int64_t)level; i++) {
                if (i % 2)
                    EXPECT_OK(weir_chan_recv(ch, &msg));
                else
                    EXPECT_OK(weir_chan_try_recv(ch, &msg));
                EXPECT_EQ(msg, i);
            }
            expect_closed(ch, 8);
            weir_chan_free(ch);
        }
    }
}

TEST(close_of_null_aborts)
{
    EXPECT_ABORT((void)weir_chan_close(NULL), "weir: channel: close of NULL");
}

/* --- the nil channel ------------------------------------------------------ */

TEST(nil_channel_is_never_ready)
{
    int64_t msg = 7;

    EXPECT_STATUS(weir_chan_try_send(NULL, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_try_recv(NULL, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_send_until(NULL, &msg, weir_limit_at(0)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_recv_until(NULL, &msg, weir_deadline(WEIR_US(50))),
                  WEIR_TIMEOUT);
    EXPECT_EQ(msg, 7);
    EXPECT_EQ(weir_chan_len(NULL), 0);
    EXPECT_EQ(weir_chan_cap(NULL), 0);
}

/* --- limits --------------------------------------------------------------- */

TEST(limit_that_has_passed_makes_a_try)
{
    const int64_t moments[] = { INT64_MIN, -1, 0, 1 };

    for (size_t capacity = 1; capacity <= 3; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);

        for (int i = 0; i < 4; i++) {
            const weir_limit past = weir_limit_at(moments[i]);
            int64_t msg = i;

            EXPECT_STATUS(weir_chan_recv_until(ch, &msg, past), WEIR_TIMEOUT);
            EXPECT_EQ(msg, i);
            for (size_t k = 0; k < capacity; k++)
                EXPECT_OK(weir_chan_send_until(ch, &msg, past));
            EXPECT_STATUS(weir_chan_send_until(ch, &msg, past), WEIR_TIMEOUT);
            for (size_t k = 0; k < capacity; k++)
                EXPECT_OK(weir_chan_recv_until(ch, &msg, past));
        }
        weir_chan_free(ch);
    }
}

TEST(deadline_is_not_early_and_leaves_no_trace)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        weir_chan *ch = weir_chan_make(8, capacity);
        int64_t msg = 7;
        weir_limit limit = weir_deadline(WEIR_MS(1));

        EXPECT_STATUS(weir_chan_recv_until(ch, &msg, limit), WEIR_TIMEOUT);
        EXPECT_GE(wr_sys_now_ns(), limit.at_ns);
        EXPECT_EQ(msg, 7);
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_try_send(ch, &msg));
        limit = weir_deadline(WEIR_MS(1));
        EXPECT_STATUS(weir_chan_send_until(ch, &msg, limit), WEIR_TIMEOUT);
        EXPECT_GE(wr_sys_now_ns(), limit.at_ns);
        EXPECT_EQ(weir_chan_len(ch), capacity);
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_try_recv(ch, &msg));
        EXPECT_STATUS(weir_chan_try_recv(ch, &msg), WEIR_AGAIN);
        weir_chan_free(ch);
    }
}

TEST(limit_that_overflows_waits_for_ever)
{
    weir_chan *ch = weir_chan_make(8, 1);
    const weir_limit limit = weir_deadline(INT64_MAX);
    int64_t msg = 4;

    EXPECT_EQ(limit.at_ns, WEIR_FOREVER.at_ns);
    EXPECT_OK(weir_chan_send_until(ch, &msg, limit));
    EXPECT_OK(weir_chan_recv_until(ch, &msg, limit));
    EXPECT_EQ(msg, 4);
    weir_chan_free(ch);
}

struct until {
    weir_chan *ch;
    weir_limit limit;
    int64_t msg;
    int status;
};

static void
receive_until(void *arg)
{
    struct until *u = arg;

    u->status = weir_chan_recv_until(u->ch, &u->msg, u->limit);
}

static void
send_until(void *arg)
{
    struct until *u = arg;

    u->status = weir_chan_send_until(u->ch, &u->msg, u->limit);
}

TEST(message_ends_a_wait_with_a_limit)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        struct until u = { weir_chan_make(8, capacity),
                           weir_deadline(WEIR_S(1000)), 0, 1 };
        struct test_thread thread;
        int64_t msg = 5;

        test_thread_start(&thread, receive_until, &u);
        test_thread_await_asleep(&thread);
        EXPECT_OK(weir_chan_send(u.ch, &msg));
        test_thread_join(&thread);
        EXPECT_OK(u.status);
        EXPECT_EQ(u.msg, 5);
        for (size_t i = 0; i < capacity; i++)
            EXPECT_OK(weir_chan_send(u.ch, &msg));
        u.msg = 6;
        test_thread_start(&thread, send_until, &u);
        test_thread_await_asleep(&thread);
        for (size_t i = 0; i <= capacity; i++)
            EXPECT_OK(weir_chan_recv(u.ch, &msg));
        EXPECT_EQ(msg, 6);
        test_thread_join(&thread);
        EXPECT_OK(u.status);
        weir_chan_free(u.ch);
    }
}

TEST(close_ends_a_wait_with_a_limit)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        struct until u = { weir_chan_make(8, capacity),
                           weir_deadline(WEIR_S(1000)), 5, 1 };
        struct test_thread thread;

        test_thread_start(&thread, receive_until, &u);
        test_thread_await_asleep(&thread);
        EXPECT_OK(weir_chan_close(u.ch));
        test_thread_join(&thread);
        EXPECT_STATUS(u.status, WEIR_CLOSED);
        EXPECT_EQ(u.msg, 0);
        weir_chan_free(u.ch);
    }
}

TEST(one_sleeper_among_thousands_of_timeouts_is_not_forgotten)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        struct until u = { weir_chan_make(8, capacity), WEIR_FOREVER, 0, 1 };
        struct test_thread thread;
        int64_t msg = 5;

        test_thread_start(&thread, receive_until, &u);
        test_thread_await_asleep(&thread);
        for (uint64_t i = test_rounds(3000); i > 0; i--)
            EXPECT_STATUS(weir_chan_recv_until(u.ch, &msg, weir_deadline(1)),
                          WEIR_TIMEOUT);
        EXPECT_OK(weir_chan_send(u.ch, &msg));
        test_thread_join(&thread);
        EXPECT_OK(u.status);
        weir_chan_free(u.ch);
    }
}
