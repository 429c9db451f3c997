/* SPDX-License-Identifier: MIT */
/*
 * sync/event_test.c - the event on real threads, and under signal handlers.
 */
#include "test.h"

#include <errno.h>
#include <signal.h>

#include "park/cancel.h"
#include "sync/event.h"

#if defined(__SANITIZE_THREAD__)
#define SIGNALS_WAIT 1 /* ThreadSanitizer delivers them at calls only */
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define SIGNALS_WAIT 1
#endif
#endif
#ifndef SIGNALS_WAIT
#define SIGNALS_WAIT 0
#endif

static weir_limit
past(void)
{
    return weir_limit_at(0);
}

static bool
is_unused(weir_event *ev)
{
    return weir_load_rlx(&ev->word) == 0 && ev->head == NULL;
}

static bool
is_over(weir_event *ev)
{
    return weir_load_rlx(&ev->word) == EVENT_SET && ev->head == NULL;
}

TEST(event_is_24_bytes_and_set_once)
{
    weir_event ev = WEIR_EVENT_INIT;

    EXPECT_EQ(sizeof(ev), 24);
    EXPECT_FALSE(weir_event_is_set(&ev));
    EXPECT_OK(weir_event_set(&ev));
    EXPECT_TRUE(weir_event_is_set(&ev));
    EXPECT_STATUS(weir_event_set(&ev), WEIR_CLOSED);
    EXPECT_STATUS(weir_event_set_1(&ev), WEIR_CLOSED);
    EXPECT_TRUE(is_over(&ev));
}

TEST(three_forms_before_and_after)
{
    weir_event ev = WEIR_EVENT_INIT;

    EXPECT_STATUS(weir_event_try_wait(&ev), WEIR_AGAIN);
    EXPECT_STATUS(weir_event_wait_until(&ev, past()), WEIR_TIMEOUT);
    EXPECT_OK(weir_event_set(&ev));
    EXPECT_OK(weir_event_try_wait(&ev));
    EXPECT_OK(weir_event_wait_until(&ev, past()));
    EXPECT_OK(weir_event_wait(&ev));
}

TEST(wait_that_times_out_leaves_nothing_behind)
{
    weir_event ev = WEIR_EVENT_INIT;

    for (int i = 0; i < 3; i++) {
        EXPECT_STATUS(weir_event_wait_until(&ev, weir_deadline(WEIR_US(300))),
                      WEIR_TIMEOUT);
        EXPECT_TRUE(is_unused(&ev));
    }
}

TEST(cancel_ends_a_wait)
{
    weir_event ev = WEIR_EVENT_INIT;
    struct weir_cancel source = { { 0 }, 0, { NULL, NULL } };
    const weir_limit limit = { INT64_MAX, &source };

    wr_cancel_fire(&source, WEIR_CANCELED);
    EXPECT_STATUS(weir_event_wait_until(&ev, limit), WEIR_CANCELED);
    EXPECT_TRUE(is_unused(&ev));
}

TEST(calls_leave_errno_alone)
{
    weir_event ev = WEIR_EVENT_INIT;

    errno = 77;
    EXPECT_STATUS(weir_event_wait_until(&ev, weir_deadline(WEIR_US(100))),
                  WEIR_TIMEOUT);
    EXPECT_OK(weir_event_set(&ev));
    EXPECT_OK(weir_event_wait(&ev));
    EXPECT_EQ(errno, 77);
}

struct party {
    struct test_thread thread;
    weir_event *ev;
    int status;
};

static void
party_waits(void *arg)
{
    struct party *p = arg;

    p->status = weir_event_wait(p->ev);
}

static void
start_asleep(struct party *p, weir_event *ev, void (*run)(void *arg))
{
    p->ev = ev;
    p->status = 1;
    test_thread_start(&p->thread, run, p);
    test_thread_await_asleep(&p->thread);
}

static void
finish(struct party *p)
{
    test_thread_join(&p->thread);
    EXPECT_OK(p->status);
}

TEST(set_wakes_all_who_sleep)
{
    enum { PARTIES = 70 }; /* more than two chains */
    static struct party parties[PARTIES];
    weir_event ev = WEIR_EVENT_INIT;

    for (int i = 0; i < PARTIES; i++)
        start_asleep(&parties[i], &ev, party_waits);
    EXPECT_EQ(weir_load_rlx(&ev.word), EVENT_WAITERS);
    EXPECT_OK(weir_event_set(&ev));
    EXPECT_TRUE(is_over(&ev)); /* before any of them returned */
    for (int i = 0; i < PARTIES; i++)
        finish(&parties[i]);
}

/* What a handler that interrupts the holder of the lock comes upon. */
TEST(set_while_locked_leaves_the_waking_to_the_holder)
{
    weir_event ev = WEIR_EVENT_INIT;
    struct party waits;

    start_asleep(&waits, &ev, party_waits);
    wr_event_lock(&ev);
    EXPECT_OK(weir_event_set(&ev));
    EXPECT_TRUE(weir_event_is_set(&ev));
    EXPECT_STATUS(weir_event_set(&ev), WEIR_CLOSED);
    EXPECT_FALSE(wr_list_is_empty(wr_event_list(&ev)));
    EXPECT_EQ(waits.status, 1);
    wr_event_unlock(&ev);
    finish(&waits);
    EXPECT_TRUE(is_over(&ev));
}

TEST(nobody_is_appended_to_a_set_event)
{
    weir_event ev = WEIR_EVENT_INIT;
    struct wr_node node = { { NULL, NULL }, NULL, NULL, 0 };

    wr_event_lock(&ev);
    EXPECT_OK(weir_event_set(&ev));
    EXPECT_FALSE(wr_event_enrol(&ev, &node));
    wr_event_unlock(&ev);
    EXPECT_TRUE(is_over(&ev));
}

/* The handler's side. */
static WEIR_ATOMIC(weir_event *) current;
static WEIR_ATOMIC(unsigned) handled;
static WEIR_ATOMIC(unsigned) found_locked;
static WEIR_ATOMIC(bool) stop;
static pthread_t target;

static void
handle(int signal)
{
    weir_event *ev = weir_load_rlx(&current);

    (void)signal;
    weir_store_rlx(&handled, weir_load_rlx(&handled) + 1);
    if (ev == NULL)
        return;
    if (weir_load_rlx(&ev->word) & EVENT_LOCKED)
        weir_store_rlx(&found_locked, weir_load_rlx(&found_locked) + 1);
    (void)weir_event_set(ev);
}

static void
interrupt(void *unused)
{
    (void)unused;
    while (!weir_load_rlx(&stop)) {
        const unsigned before = weir_load_rlx(&handled);

        (void)pthread_kill(target, SIGUSR1);
        while (!weir_load_rlx(&stop) && weir_load_rlx(&handled) == before)
            (void)sched_yield();
    }
}

static void
start_interrupts(struct test_thread *thread)
{
    struct sigaction action = { 0 };

    action.sa_handler = handle;
    action.sa_flags = SA_RESTART;
    (void)sigaction(SIGUSR1, &action, NULL);
    target = pthread_self();
    weir_store_rlx(&stop, false);
    test_thread_start(thread, interrupt, NULL);
}

static void
end_interrupts(struct test_thread *thread)
{
    weir_store_rlx(&stop, true);
    test_thread_join(thread);
    (void)signal(SIGUSR1, SIG_IGN);
}

/* Enrol and withdraw, hardly anything but under the lock. */
static void
enrol_and_withdraw(weir_event *ev, struct wr_waiter *w)
{
    bool enrolled, left;

    wr_event_lock(ev);
    wr_waiter_arm(w);
    enrolled = wr_event_enrol(ev, &w->node);
    wr_event_unlock(ev);
    if (!enrolled) {
        EXPECT_TRUE(weir_event_is_set(ev));
    } else if (wr_waiter_leave(w, WEIR_TIMEOUT)) {
        wr_event_lock(ev);
        if (wr_link_is_linked(&w->node.link))
            wr_list_unlink(wr_event_list(ev), &w->node.link);
        wr_event_unlock(ev);
    } else {
        EXPECT_OK(wr_waiter_wait(w, WEIR_FOREVER, false, &left));
        EXPECT_TRUE(weir_event_is_set(ev));
    }
}

TEST(handler_sets_it_while_its_thread_enrols_and_withdraws)
{
    const uint64_t rounds = test_rounds(300);
    struct test_thread thread;
    struct wr_waiter *w = wr_waiter_get();

    if (SIGNALS_WAIT)
        TEST_SKIP("ThreadSanitizer holds signals back");
    ASSERT_NOT_NULL(w);
    start_interrupts(&thread);
    for (uint64_t i = 0; i < rounds; i++) {
        weir_event ev = WEIR_EVENT_INIT;

        weir_store_rlx(&current, &ev);
        while (!weir_event_is_set(&ev))
            enrol_and_withdraw(&ev, w);
        weir_store_rlx(&current, NULL);
        EXPECT_TRUE(is_over(&ev));
    }
    end_interrupts(&thread);
    wr_waiter_put(w);
    EXPECT_GT(weir_load_rlx(&found_locked), 0);
}

TEST(handler_ends_the_wait_of_its_own_thread)
{
    const uint64_t rounds = test_rounds(200);
    struct test_thread thread;

    if (SIGNALS_WAIT)
        TEST_SKIP("ThreadSanitizer holds signals back");
    start_interrupts(&thread);
    for (uint64_t i = 0; i < rounds; i++) {
        weir_event ev = WEIR_EVENT_INIT;

        weir_store_rlx(&current, &ev);
        EXPECT_OK(weir_event_wait(&ev));
        weir_store_rlx(&current, NULL);
        EXPECT_TRUE(is_over(&ev));
    }
    end_interrupts(&thread);
}
