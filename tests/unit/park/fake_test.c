/* SPDX-License-Identifier: MIT */
/*
 * park/fake_test.c - channels on a second parker, unchanged.
 *
 * The order tests CH-13, CH-14 and CH-21 on it stand in semantics/order_test.c.
 */
#include "test.h"

#include <weir/chan.h>

#include "fake_sched.h"
#include "park/cancel.h"
#include "park/thread.h"

enum { MESSAGES = 200 };

struct pipe {
    weir_chan *ch;
    int64_t sum;
    int64_t count;
    uint64_t rounds;
    bool ordered;
};

static void
send_all(void *arg)
{
    struct pipe *p = arg;

    for (int64_t i = 0; i < (int64_t)p->rounds; i++)
        EXPECT_OK(weir_chan_send(p->ch, &i));
    EXPECT_OK(weir_chan_close(p->ch));
}

static void
receive_all(void *arg)
{
    struct pipe *p = arg;
    int64_t msg;

    while (weir_chan_recv(p->ch, &msg) == WEIR_OK) {
        p->ordered &= msg == p->count;
        p->sum += msg;
        p->count++;
    }
}

static void
expect_complete(const struct pipe *p)
{
    const int64_t n = (int64_t)p->rounds;

    EXPECT_TRUE(p->ordered);
    EXPECT_EQ(p->count, n);
    EXPECT_EQ(p->sum, n * (n - 1) / 2);
}

static void
two_tasks(size_t capacity, bool receiver_first, bool spurious)
{
    struct pipe p = { .ch = weir_chan_make(8, capacity),
                      .rounds = MESSAGES,
                      .ordered = true };

    fake_sched_start();
    fake_sched_wake_spuriously(spurious);
    fake_task_start(receiver_first ? receive_all : send_all, &p);
    fake_task_start(receiver_first ? send_all : receive_all, &p);
    fake_sched_run();
    expect_complete(&p);
    if (!spurious)
        EXPECT_LE(fake_sched_unparks(), fake_sched_parks());
    weir_chan_free(p.ch);
}

TEST(two_tasks_pass_messages_at_every_capacity)
{
    for (size_t capacity = 0; capacity <= 5; capacity++) {
        two_tasks(capacity, false, false);
        two_tasks(capacity, true, false);
    }
}

TEST(park_may_return_for_no_reason)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        two_tasks(capacity, false, true);
        two_tasks(capacity, true, true);
    }
}

TEST(task_that_waits_lets_the_others_run)
{
    weir_chan *ch = weir_chan_make(8, 1);
    struct pipe p = { .ch = ch, .ordered = true };
    const int64_t msg = 0;

    fake_sched_start();
    fake_task_start(receive_all, &p);
    fake_task_start(receive_all, &p);
    EXPECT_EQ(fake_sched_run_ready(), 2);
    EXPECT_OK(weir_chan_send(ch, &msg)); /* from the thread itself */
    EXPECT_EQ(fake_sched_run_ready(), 2);
    EXPECT_EQ(p.count, 1);
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_EQ(fake_sched_run_ready(), 0);
    EXPECT_EQ(fake_sched_unparks(), 3);
    weir_chan_free(ch);
}

/* --- limits --------------------------------------------------------------- */

struct limited {
    weir_chan *ch;
    weir_limit limit;
    int status;
};

static void
receive_until(void *arg)
{
    struct limited *l = arg;
    int64_t msg;

    l->status = weir_chan_recv_until(l->ch, &msg, l->limit);
}

TEST(deadline_of_a_task_ends_its_wait)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        struct limited l = { weir_chan_make(8, capacity),
                             weir_deadline(WEIR_MS(1)), 1 };
        const int64_t msg = 3;

        fake_sched_start();
        fake_task_start(receive_until, &l);
        fake_sched_run();
        EXPECT_STATUS(l.status, WEIR_TIMEOUT);
        EXPECT_STATUS(weir_chan_try_send(l.ch, &msg),
                      capacity == 0 ? WEIR_AGAIN : WEIR_OK);
        weir_chan_free(l.ch);
    }
}

TEST(cancel_ends_the_wait_of_a_task)
{
    for (size_t capacity = 0; capacity <= 1; capacity++) {
        struct weir_cancel source = { 0 };
        struct limited l = { weir_chan_make(8, capacity), WEIR_FOREVER, 1 };

        l.limit.cancel = &source;
        fake_sched_start();
        fake_task_start(receive_until, &l);
        EXPECT_EQ(fake_sched_run_ready(), 1);
        wr_cancel_fire(&source, WEIR_CANCELED);
        EXPECT_EQ(fake_sched_run_ready(), 0);
        EXPECT_STATUS(l.status, WEIR_CANCELED);
        weir_chan_free(l.ch);
    }
}

/* --- tasks and threads on one channel ------------------------------------- */

static void
send_from_thread(void *arg)
{
    send_all(arg);
}

static void
receive_in_thread(void *arg)
{
    receive_all(arg);
}

static void
across(size_t capacity, bool task_sends)
{
    struct pipe p = { .ch = weir_chan_make(8, capacity),
                      .rounds = test_rounds(2000),
                      .ordered = true };
    struct test_thread thread;

    fake_sched_start();
    fake_task_start(task_sends ? send_all : receive_all, &p);
    test_thread_start(&thread,
                      task_sends ? receive_in_thread : send_from_thread, &p);
    fake_sched_run();
    test_thread_join(&thread);
    expect_complete(&p);
    weir_chan_free(p.ch);
}

TEST(task_and_thread_pass_messages)
{
    for (size_t capacity = 0; capacity <= 3; capacity++) {
        across(capacity, true);
        across(capacity, false);
    }
}

/* Two tasks and two threads, all four sending and receiving. */
struct mixed {
    weir_chan *ch;
    WEIR_ATOMIC(int64_t) sum;
    int64_t rounds;
};

static void
send_mixed(void *arg)
{
    struct mixed *m = arg;

    for (int64_t i = 1; i <= m->rounds; i++)
        EXPECT_OK(weir_chan_send(m->ch, &i));
}

static void
receive_mixed(void *arg)
{
    struct mixed *m = arg;
    int64_t msg;

    for (int64_t i = 1; i <= m->rounds; i++) {
        EXPECT_OK(weir_chan_recv(m->ch, &msg));
        (void)weir_fetch_add_rlx(&m->sum, msg);
    }
}

TEST(tasks_and_threads_share_a_channel)
{
    for (size_t capacity = 0; capacity <= 4; capacity++) {
        struct mixed m = { .ch = weir_chan_make(8, capacity),
                           .rounds = (int64_t)test_rounds(1000) };
        struct test_thread threads[2];

        fake_sched_start();
        fake_task_start(send_mixed, &m);
        fake_task_start(receive_mixed, &m);
        test_thread_start(&threads[0], send_mixed, &m);
        test_thread_start(&threads[1], receive_mixed, &m);
        fake_sched_run();
        test_thread_join(&threads[0]);
        test_thread_join(&threads[1]);
        EXPECT_EQ(weir_load_rlx(&m.sum), m.rounds * (m.rounds + 1));
        EXPECT_EQ(weir_chan_len(m.ch), 0);
        weir_chan_free(m.ch);
    }
}

static void
count_closed(void *arg)
{
    struct limited *l = arg;
    int64_t msg;

    l->status = weir_chan_recv(l->ch, &msg);
}

/* A close completes tasks and threads in one burst: tasks are made ready at
 * once, threads may hang on each other. */
TEST(close_ends_tasks_and_threads)
{
    enum { EACH = 4 };
    weir_chan *ch = weir_chan_make(8, 1);
    struct limited l[2 * EACH];
    struct test_thread threads[EACH];

    fake_sched_start();
    for (int i = 0; i < EACH; i++) {
        l[i] = l[EACH + i] = (struct limited){ ch, WEIR_FOREVER, 1 };
        fake_task_start(count_closed, &l[i]);
        EXPECT_EQ(fake_sched_run_ready(), (unsigned)i + 1);
        test_thread_start(&threads[i], count_closed, &l[EACH + i]);
        test_thread_await_asleep(&threads[i]);
    }
    EXPECT_OK(weir_chan_close(ch));
    fake_sched_run();
    for (int i = 0; i < EACH; i++) {
        test_thread_join(&threads[i]);
        EXPECT_STATUS(l[i].status, WEIR_CLOSED);
        EXPECT_STATUS(l[EACH + i].status, WEIR_CLOSED);
    }
    weir_chan_free(ch);
}

/* Tasks share what weir keeps for their thread. */
TEST(tasks_of_one_thread_wait_with_different_waiters)
{
    enum { TASKS = 40 };
    weir_chan *ch = weir_chan_make(8, 1);
    struct limited l[TASKS];

    fake_sched_start();
    for (int i = 0; i < TASKS; i++) {
        l[i] = (struct limited){ ch, WEIR_FOREVER, 1 };
        fake_task_start(receive_until, &l[i]);
    }
    EXPECT_EQ(fake_sched_run_ready(), TASKS);
    EXPECT_OK(weir_chan_close(ch));
    fake_sched_run();
    for (int i = 0; i < TASKS; i++)
        EXPECT_STATUS(l[i].status, WEIR_CLOSED);
    EXPECT_EQ(fake_sched_unparks(), TASKS);
    weir_chan_free(ch);
}

struct turns {
    int who[20];
    int count;
};

static struct turns turns;

static void
take_turns(void *arg)
{
    const int *id = arg;

    for (int i = 0; i < 10; i++) {
        turns.who[turns.count++] = *id;
        fake_task_yield();
    }
}

TEST(yielding_tasks_take_turns)
{
    int ids[2] = { 0, 1 };

    turns.count = 0;
    fake_sched_start();
    fake_task_start(take_turns, &ids[0]);
    fake_task_start(take_turns, &ids[1]);
    fake_sched_run();
    EXPECT_EQ(turns.count, 20);
    for (int i = 0; i < 20; i++)
        EXPECT_EQ(turns.who[i], i % 2);
}
