/* SPDX-License-Identifier: MIT */
/*
 * park/sys_test.c - the seam to Linux.
 *
 * Race      a wake against a wait: the kernel compares the word under its own
 *           lock, so that a wake after the word has moved is never lost.
 */
#include "test.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <weir/chan.h>

#include "park/sys.h"

TEST(futex_wait_on_another_value_returns_at_once)
{
    WEIR_ATOMIC(uint32_t) word;

    weir_store_rlx(&word, 7u);
    EXPECT_STATUS(wr_sys_futex_wait(&word, 6, WR_NEVER), WEIR_AGAIN);
}

TEST(futex_wait_ends_at_its_deadline_and_not_before)
{
    WEIR_ATOMIC(uint32_t) word;
    const int64_t at_ns = wr_sys_now_ns() + WEIR_MS(2);
    int status;

    weir_store_rlx(&word, 7u);
    do
        status = wr_sys_futex_wait(&word, 7, at_ns);
    while (status == 0); /* woken for no reason */
    EXPECT_STATUS(status, WEIR_TIMEOUT);
    EXPECT_GE(wr_sys_now_ns(), at_ns);
}

TEST(futex_wait_takes_passed_and_negative_deadlines)
{
    WEIR_ATOMIC(uint32_t) word;

    weir_store_rlx(&word, 7u);
    EXPECT_STATUS(wr_sys_futex_wait(&word, 7, 1), WEIR_TIMEOUT);
    EXPECT_STATUS(wr_sys_futex_wait(&word, 7, 0), WEIR_TIMEOUT);
    EXPECT_STATUS(wr_sys_futex_wait(&word, 7, -1), WEIR_TIMEOUT);
    EXPECT_STATUS(wr_sys_futex_wait(&word, 7, INT64_MIN), WEIR_TIMEOUT);
}

struct sleepers {
    WEIR_ATOMIC(uint32_t) word;
    WEIR_ATOMIC(uint32_t) woken;
};

static void
sleep_once(void *arg)
{
    struct sleepers *s = arg;

    while (weir_load_acq(&s->word) == 0)
        (void)wr_sys_futex_wait(&s->word, 0, WR_NEVER);
    (void)weir_fetch_add_rlx(&s->woken, 1u);
}

TEST(futex_wake_wakes_as_many_as_it_says)
{
    struct sleepers s = { 0 };
    struct test_thread threads[2];

    for (int i = 0; i < 2; i++)
        test_thread_start(&threads[i], sleep_once, &s);
    for (int i = 0; i < 2; i++)
        test_thread_await_asleep(&threads[i]);
    weir_store_rel(&s.word, 1u);
    wr_sys_futex_wake(&s.word, 1);
    TEST_AWAIT(weir_load_rlx(&s.woken) >= 1);
    wr_sys_futex_wake(&s.word, 1);
    for (int i = 0; i < 2; i++)
        test_thread_join(&threads[i]);
    EXPECT_EQ(weir_load_rlx(&s.woken), 2);
}

TEST(futex_wake_needs_an_address_only)
{
    WEIR_ATOMIC(uint32_t) *word = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    ASSERT_TRUE((void *)word != MAP_FAILED);
    ASSERT_EQ(munmap((void *)word, 4096), 0);
    errno = 12345;
    wr_sys_futex_wake(word, 1);
    EXPECT_EQ(errno, 12345);
}

TEST(errno_is_untouched_by_the_seam)
{
    WEIR_ATOMIC(uint32_t) word;

    weir_store_rlx(&word, 7u);
    errno = 12345;
    (void)wr_sys_futex_wait(&word, 6, WR_NEVER);
    (void)wr_sys_futex_wait(&word, 7, 0);
    wr_sys_futex_wake(&word, 1);
    (void)wr_sys_now_ns();
    wr_sys_yield();
    wr_sys_nap(1000);
    wr_sys_nap(-1);
    (void)wr_sys_cpus();
    (void)wr_sys_map(SIZE_MAX / 2);
    (void)wr_sys_cycles_of_ns(1000);
    EXPECT_EQ(errno, 12345);
}

TEST(clock_never_goes_back)
{
    int64_t last = wr_sys_now_ns();

    for (int i = 0; i < 10000; i++) {
        const int64_t now = wr_sys_now_ns();

        EXPECT_GE(now, last);
        last = now;
    }
}

/* How far the calibrated rate is off over 2 ms, in per cent. */
static int64_t
rate_error(void)
{
    const int64_t start_ns = wr_sys_now_ns();
    const uint64_t start = wr_sys_cycles();
    int64_t spent_ns;
    int64_t due;
    int64_t got;

    do {
        spent_ns = wr_sys_now_ns() - start_ns;
    } while (spent_ns < WEIR_MS(2));
    got = (int64_t)(wr_sys_cycles() - start);
    due = (int64_t)wr_sys_cycles_of_ns((uint64_t)spent_ns);
    return llabs(got - due) * 100 / (due > 0 ? due : 1);
}

TEST(cycles_run_at_the_calibrated_rate)
{
    /* A preemption between two readings spoils one try, not all of them. */
    TEST_AWAIT(rate_error() <= 10);
    EXPECT_EQ(wr_sys_cycles_of_ns(0), 0);
    EXPECT_GT(wr_sys_cycles_of_ns(1000000), 0);
}

TEST(nap_ends)
{
    const int64_t before = wr_sys_now_ns();

    wr_sys_nap(1000);
    EXPECT_GE(wr_sys_now_ns(), before);
}

TEST(cpus_is_at_least_one_and_steady)
{
    EXPECT_GE(wr_sys_cpus(), 1);
    EXPECT_EQ(wr_sys_cpus(), wr_sys_cpus());
}

TEST(alloc_is_aligned_and_map_zeroed)
{
    char *block = wr_sys_alloc(100);
    unsigned char *map = wr_sys_map(10000);

    ASSERT_NOT_NULL(block);
    EXPECT_EQ((uintptr_t)block % 16, 0);
    wr_sys_free(block);
    wr_sys_free(NULL);
    ASSERT_NOT_NULL(map);
    EXPECT_EQ((uintptr_t)map % 4096, 0);
    for (int i = 0; i < 10000; i++)
        EXPECT_EQ(map[i], 0);
    EXPECT_EQ(munmap(map, 10000), 0);
}

TEST(map_beyond_memory_is_null)
{
    EXPECT_NULL(wr_sys_map(SIZE_MAX / 2));
}

static void
store_self(void *arg)
{
    *(struct wr_thread **)arg = wr_sys_self();
}

TEST(self_is_per_thread)
{
    struct wr_thread *other = NULL;
    struct test_thread thread;

    EXPECT_PTR_EQ(wr_sys_self(), wr_sys_self());
    test_thread_start(&thread, store_self, &other);
    test_thread_join(&thread);
    EXPECT_NOT_NULL(other);
    EXPECT_TRUE(other != wr_sys_self());
}

/* --- what every call of the library owes to the rest of the program ------- */

struct trio {
    weir_chan *empty;  /* capacity 2 */
    weir_chan *full;   /* capacity 1, holds one */
    weir_chan *meet;   /* capacity 0 */
    weir_chan *closed; /* capacity 1 */
};

static struct trio
trio_make(void)
{
    struct trio t = { weir_chan_make(8, 2), weir_chan_make(8, 1),
                      weir_chan_make(8, 0), weir_chan_make(8, 1) };
    const int64_t msg = 1;

    EXPECT_OK(weir_chan_send(t.full, &msg));
    EXPECT_OK(weir_chan_close(t.closed));
    return t;
}

static void
trio_free(const struct trio *t)
{
    weir_chan_free(t->empty);
    weir_chan_free(t->full);
    weir_chan_free(t->meet);
    weir_chan_free(t->closed);
}

/* Every call and every outcome but a wake by another thread. */
static void
call_all(const struct trio *t)
{
    int64_t msg = 1;

    EXPECT_OK(weir_chan_send(t->empty, &msg));
    EXPECT_OK(weir_chan_recv(t->empty, &msg));
    EXPECT_OK(weir_chan_try_send(t->empty, &msg));
    EXPECT_OK(weir_chan_try_recv(t->empty, &msg));
    EXPECT_STATUS(weir_chan_try_recv(t->empty, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_try_send(t->full, &msg), WEIR_AGAIN);
    EXPECT_STATUS(weir_chan_recv_until(t->empty, &msg, weir_deadline(1000000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_send_until(t->full, &msg, weir_deadline(1000000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_recv_until(t->meet, &msg, weir_deadline(1000000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_send_until(t->meet, &msg, weir_deadline(1000000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_recv_until(NULL, &msg, weir_deadline(1000000)),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_chan_send(t->closed, &msg), WEIR_CLOSED);
    EXPECT_STATUS(weir_chan_recv(t->closed, &msg), WEIR_CLOSED);
    EXPECT_STATUS(weir_chan_close(t->closed), WEIR_CLOSED);
    EXPECT_EQ(weir_chan_len(t->full), 1);
    EXPECT_EQ(weir_chan_cap(t->full), 1);
}

TEST(errno_is_untouched_by_every_call)
{
    const struct trio t = trio_make();

    errno = 12345;
    call_all(&t);
    EXPECT_EQ(errno, 12345);
    EXPECT_NULL(weir_chan_make(SIZE_MAX, SIZE_MAX));
    EXPECT_EQ(errno, 12345);
    trio_free(&t);
}

/* A cancel is pending from the start: any cancellation point would end the
 * thread before it gets to its last line. */
struct doomed {
    struct trio trio;
    WEIR_ATOMIC(int) cancelled; /* the request has been made */
    WEIR_ATOMIC(int) waits;     /* only the waits that sleep are left */
    WEIR_ATOMIC(int) survived;
};

static void
use_channels_cancelled(void *arg)
{
    struct doomed *d = arg;
    int64_t msg;

    TEST_AWAIT(weir_load_acq(&d->cancelled));
    call_all(&d->trio);
    weir_store_rel(&d->waits, 1);
    EXPECT_OK(weir_chan_recv(d->trio.empty, &msg)); /* sleeps: see the test */
    EXPECT_OK(weir_chan_recv(d->trio.meet, &msg));
    weir_store_rel(&d->survived, 1);
    pthread_testcancel();
    weir_store_rel(&d->survived, 2);
}

TEST(no_call_is_a_cancellation_point)
{
    struct doomed d = { .trio = trio_make() };
    struct test_thread thread;
    const int64_t msg = 1;
    void *result = NULL;

    test_thread_start(&thread, use_channels_cancelled, &d);
    ASSERT_EQ(pthread_cancel(thread.handle), 0);
    weir_store_rel(&d.cancelled, 1);
    TEST_AWAIT(weir_load_acq(&d.waits));
    test_thread_await_asleep(&thread);
    EXPECT_OK(weir_chan_send(d.trio.empty, &msg));
    EXPECT_OK(weir_chan_send(d.trio.meet, &msg));
    ASSERT_EQ(pthread_join(thread.handle, &result), 0);
    EXPECT_TRUE(result == PTHREAD_CANCELED);
    EXPECT_EQ(weir_load_acq(&d.survived), 1);
    trio_free(&d.trio);
}
