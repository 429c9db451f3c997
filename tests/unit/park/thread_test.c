/* SPDX-License-Identifier: MIT */
/*
 * park/thread_test.c - what weir keeps per thread: at its exit, in its TLS
 * destructors, across fork, under signals.
 */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <weir/chan.h>

#include "park/pool.h"
#include "park/thread.h"

#if defined(__SANITIZE_THREAD__)
#define UNDER_TSAN true
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define UNDER_TSAN true
#endif
#endif
#ifndef UNDER_TSAN
#define UNDER_TSAN false
#endif

TEST(waiter_is_kept_between_two_waits)
{
    struct wr_waiter *w = wr_waiter_get();
    struct wr_waiter *other = wr_waiter_get(); /* a second party's */

    ASSERT_NOT_NULL(w);
    ASSERT_NOT_NULL(other);
    EXPECT_TRUE(w != other);
    wr_waiter_put(w);
    EXPECT_PTR_EQ(wr_sys_self()->waiter, w);
    wr_waiter_put(other); /* one is kept; this one goes to the pool */
    EXPECT_PTR_EQ(wr_sys_self()->waiter, w);
    EXPECT_PTR_EQ(wr_waiter_get(), w);
    EXPECT_NULL(wr_sys_self()->waiter);
    EXPECT_PTR_EQ(wr_pool_pop(), other);
    wr_pool_push(other);
    wr_waiter_put(w);
}

static void
wait_and_tell(void *arg)
{
    int64_t msg;

    EXPECT_STATUS(weir_chan_recv_until(NULL, &msg, weir_deadline(0)),
                  WEIR_TIMEOUT);
    ASSERT_NOT_NULL(wr_sys_self()->waiter);
    *(uint32_t *)arg = wr_sys_self()->waiter->id;
}

TEST(waiter_goes_back_to_the_pool_at_thread_exit)
{
    uint32_t id = 0;
    struct test_thread thread;
    struct wr_waiter *w;

    test_thread_start(&thread, wait_and_tell, &id);
    test_thread_join(&thread);
    w = wr_pool_pop();
    EXPECT_EQ(w->id, id);
    wr_pool_push(w);
}

TEST(threads_that_come_and_go_use_the_same_waiters)
{
    uint32_t id = 0;

    for (uint64_t i = test_rounds(200); i > 0; i--) {
        struct test_thread threads[4];
        uint32_t ids[4];

        for (int k = 0; k < 4; k++)
            test_thread_start(&threads[k], wait_and_tell, &ids[k]);
        for (int k = 0; k < 4; k++) {
            test_thread_join(&threads[k]);
            id = ids[k] > id ? ids[k] : id;
        }
    }
    EXPECT_LT(id, WR_LINK_FIRST_ID + 32); /* the first slab was enough */
}

/* A key made after weir's own: its destructor runs later. */
struct late {
    pthread_key_t key;
    weir_chan *ch;
    weir_chan *done;
    int rounds; /* in further rounds of destructors, too */
};

static void
wait_in_destructor(void *arg)
{
    struct late *late = arg;
    int64_t msg = 0;

    EXPECT_TRUE(wr_sys_self()->exiting);
    EXPECT_OK(weir_chan_recv(late->ch, &msg)); /* sleeps */
    EXPECT_EQ(msg, late->rounds);
    EXPECT_NULL(wr_sys_self()->waiter);
    if (--late->rounds > 0)
        (void)pthread_setspecific(late->key, late);
    else
        EXPECT_OK(weir_chan_send(late->done, &msg));
}

static void
leave_a_destructor(void *arg)
{
    struct late *late = arg;
    int64_t msg;

    EXPECT_STATUS(weir_chan_recv_until(late->ch, &msg, weir_deadline(0)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_recv_until(NULL, &msg, weir_deadline(0)),
                  WEIR_TIMEOUT);
    EXPECT_EQ(pthread_setspecific(late->key, late), 0);
}

TEST(destructor_of_a_thread_may_wait)
{
    struct late late = { .ch = weir_chan_make(8, 0),
                         .done = weir_chan_make(8, 1),
                         .rounds = 2 };
    struct test_thread thread;
    struct wr_waiter *w;
    int64_t msg;

    ASSERT_EQ(pthread_key_create(&late.key, wait_in_destructor), 0);
    test_thread_start(&thread, leave_a_destructor, &late);
    for (msg = 2; msg > 0; msg--) {
        test_thread_await_asleep(&thread);
        EXPECT_OK(weir_chan_send(late.ch, &msg));
    }
    EXPECT_OK(weir_chan_recv(late.done, &msg));
    test_thread_join(&thread);
    EXPECT_EQ(late.rounds, 0);
    w = wr_pool_pop(); /* borrowed and given back */
    EXPECT_LT(w->id, WR_LINK_FIRST_ID + 32);
    wr_pool_push(w);
    EXPECT_EQ(pthread_key_delete(late.key), 0);
    weir_chan_free(late.ch);
    weir_chan_free(late.done);
}

/* --- fork ----------------------------------------------------------------- */

static void
echo(void *arg, unsigned index)
{
    weir_chan **two = arg;
    int64_t msg;

    for (int64_t i = 0; i < 100; i++) {
        if (index == 0 && (weir_chan_send(two[0], &i) != WEIR_OK ||
                           weir_chan_recv(two[1], &msg) != WEIR_OK || msg != i))
            _exit(1);
        if (index == 1 && (weir_chan_recv(two[0], &msg) != WEIR_OK ||
                           weir_chan_send(two[1], &msg) != WEIR_OK))
            _exit(2);
    }
}

static void
use_channels_in_child(weir_chan *inherited)
{
    weir_chan *two[2] = { weir_chan_make(8, 0), weir_chan_make(8, 1) };
    int64_t msg = 0;

    if (weir_chan_recv(inherited, &msg) != WEIR_OK || msg != 9)
        _exit(3);
    if (weir_chan_recv_until(inherited, &msg, weir_deadline(1000)) !=
        WEIR_TIMEOUT)
        _exit(4);
    test_threads(2, echo, two);
    _exit(42);
}

TEST(child_of_fork_uses_channels)
{
    weir_chan *ch = weir_chan_make(8, 2);
    int64_t msg = 9;

    EXPECT_OK(weir_chan_send(ch, &msg));
    EXPECT_EXIT(use_channels_in_child(ch), 42, "");
    EXPECT_OK(weir_chan_recv(ch, &msg)); /* the parent's copy still has it */
    EXPECT_EQ(msg, 9);
    weir_chan_free(ch);
}

static void
receive_one(void *arg)
{
    int64_t msg = 0;

    EXPECT_OK(weir_chan_recv(arg, &msg));
    EXPECT_EQ(msg, 9);
}

static void
wait_alone_in_child(void)
{
    weir_chan *ch = weir_chan_make(8, 1);
    int64_t msg = 3;

    if (weir_chan_send(ch, &msg) != WEIR_OK ||
        weir_chan_send_until(ch, &msg, weir_deadline(1000)) != WEIR_TIMEOUT ||
        weir_chan_recv(ch, &msg) != WEIR_OK || msg != 3 ||
        weir_chan_recv_until(ch, &msg, weir_deadline(1000)) != WEIR_TIMEOUT)
        _exit(1);
    weir_chan_free(ch);
    _exit(42);
}

TEST(child_of_fork_waits_while_a_thread_of_the_parent_waits)
{
    weir_chan *ch = weir_chan_make(8, 1);
    const int64_t msg = 9;
    struct test_thread thread;

    test_thread_start(&thread, receive_one, ch);
    test_thread_await_asleep(&thread); /* parked: holds no lock */
    EXPECT_EXIT(wait_alone_in_child(), 42, "");
    EXPECT_OK(weir_chan_send(ch, &msg));
    test_thread_join(&thread);
    weir_chan_free(ch);
}

/* --- signals -------------------------------------------------------------- */

static WEIR_ATOMIC(int) signals;

static void
count_signal(int number)
{
    (void)number;
    (void)weir_fetch_add_rlx(&signals, 1);
}

static void
receive_one_with_errno(void *arg)
{
    errno = 12345;
    receive_one(arg);
    EXPECT_EQ(errno, 12345);
}

/* Without SA_RESTART, the futex wait is interrupted each time. */
static void
expect_undisturbed(size_t capacity)
{
    weir_chan *ch = weir_chan_make(8, capacity);
    const int64_t msg = 9;
    struct test_thread thread;

    weir_store_rlx(&signals, 0);
    test_thread_start(&thread, receive_one_with_errno, ch);
    for (int i = 0; i < 20; i++) {
        test_thread_await_asleep(&thread);
        EXPECT_EQ(pthread_kill(thread.handle, SIGUSR1), 0);
        TEST_AWAIT(weir_load_rlx(&signals) == i + 1);
    }
    test_thread_await_asleep(&thread);
    EXPECT_OK(weir_chan_send(ch, &msg));
    test_thread_join(&thread);
    weir_chan_free(ch);
}

TEST(signals_do_not_end_a_wait)
{
    struct sigaction action;

    if (UNDER_TSAN)
        TEST_SKIP("it keeps signals back from a thread in a raw system call");
    memset(&action, 0, sizeof(action));
    action.sa_handler = count_signal;
    ASSERT_EQ(sigaction(SIGUSR1, &action, NULL), 0);
    expect_undisturbed(0);
    expect_undisturbed(1);
    expect_undisturbed(3);
}
