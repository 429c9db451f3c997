/* SPDX-License-Identifier: MIT */
/*
 * test.h - the test harness: TAP on standard output, one process per file.
 *
 *     TEST(ring_pop_on_empty_says_empty)
 *     {
 *         ASSERT_NOT_NULL(q);
 *         EXPECT_EQ(count, 3);
 *         EXPECT_ABORT(weir_mutex_unlock(&m), "mutex: ");
 *     }
 *
 * EXPECT_x notes a failure and goes on, from any thread; ASSERT_x also
 * returns from the function (which returns void).  Tests run in the order of
 * the file.  Options: --list, --only PATTERN (a substring, or a glob).
 *
 *     WEIR_TEST_SEED      seed of test_seed(); printed by every run
 *     WEIR_TEST_PERCENT   scales test_rounds() (emulators, sanitizers)
 *     WEIR_TEST_WATCHDOG  seconds until a test counts as hung (120)
 *
 * A test waits for conditions (TEST_AWAIT, test_thread_await_asleep), never
 * for time; what never becomes true is the watchdog's business.
 */
#ifndef WEIR_TEST_H
#define WEIR_TEST_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <weir/base.h>

WEIR_BEGIN_DECLS

struct test_case {
    const char *name;
    void (*run)(void);
    struct test_case *next;
};

#define TEST(test_name)                                                        \
    static void test_run_##test_name(void);                                    \
    static struct test_case test_case_##test_name = {                          \
        #test_name,                                                            \
        test_run_##test_name,                                                  \
        NULL,                                                                  \
    };                                                                         \
    __attribute__((constructor)) static void test_add_##test_name(void)        \
    {                                                                          \
        test_add(&test_case_##test_name);                                      \
    }                                                                          \
    static void test_run_##test_name(void)

#define TEST_HERE __FILE__, __LINE__

#define EXPECT_TRUE(c) test_true(TEST_HERE, #c, !!(c))
#define EXPECT_FALSE(c) test_true(TEST_HERE, "!(" #c ")", !(c))
#define EXPECT_NULL(p) test_true(TEST_HERE, #p " == NULL", (p) == NULL)
#define EXPECT_NOT_NULL(p) test_true(TEST_HERE, #p " != NULL", (p) != NULL)
#define EXPECT_PTR_EQ(a, b) test_true(TEST_HERE, #a " == " #b, (a) == (b))
#define EXPECT_STREQ(a, b) test_string(TEST_HERE, #a, a, b)
#define EXPECT_MEMEQ(a, b, n) test_bytes(TEST_HERE, #a " == " #b, a, b, n)
#define EXPECT_EQ(a, b) TEST_COMPARE(a, b, TEST_EQ)
#define EXPECT_NE(a, b) TEST_COMPARE(a, b, TEST_NE)
#define EXPECT_LT(a, b) TEST_COMPARE(a, b, TEST_LT)
#define EXPECT_LE(a, b) TEST_COMPARE(a, b, TEST_LE)
#define EXPECT_GT(a, b) TEST_COMPARE(a, b, TEST_GT)
#define EXPECT_GE(a, b) TEST_COMPARE(a, b, TEST_GE)
/* A status against the one that is due; prints both by name. */
#define EXPECT_STATUS(call, due) test_status(TEST_HERE, #call, call, due)
#define EXPECT_OK(call) EXPECT_STATUS(call, WEIR_OK)

#define ASSERT_TRUE(c) TEST_ASSERT(EXPECT_TRUE(c))
#define ASSERT_NOT_NULL(p) TEST_ASSERT(EXPECT_NOT_NULL(p))
#define ASSERT_EQ(a, b) TEST_ASSERT(EXPECT_EQ(a, b))
#define ASSERT_OK(call) TEST_ASSERT(EXPECT_OK(call))

/* The statement must end the process by abort() (or by exit with `status`)
 * and say `needle` on standard error.  It runs in a forked child: call this
 * from the test's own thread. */
#define EXPECT_ABORT(stmt, needle) TEST_FORK(stmt, TEST_ABORTS, needle)
#define EXPECT_EXIT(stmt, status, needle) TEST_FORK(stmt, status, needle)

/* A sanitizer is at work: its memory grows, and it reports in its own words. */
#if defined(__has_feature)
#define TEST_FEATURE(x) __has_feature(x)
#else
#define TEST_FEATURE(x) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    TEST_FEATURE(address_sanitizer) || TEST_FEATURE(thread_sanitizer)
#define TEST_SANITIZED 1
#else
#define TEST_SANITIZED 0
#endif

/* Leave the test (not a helper), which is reported as skipped and why. */
#define TEST_SKIP(why)                                                         \
    do {                                                                       \
        test_skip(why);                                                        \
        return;                                                                \
    } while (0)

/* Give the CPU away until the condition holds. */
#define TEST_AWAIT(c)                                                          \
    do {                                                                       \
        while (!(c))                                                           \
            (void)sched_yield();                                               \
    } while (0)

/* Base seed mixed with the test's name: the same for one test and one seed. */
uint64_t test_seed(void);
/* The next number of a splitmix64 generator. */
uint64_t test_rand(uint64_t *state);
/* `full` scaled by WEIR_TEST_PERCENT, at least 1. */
uint64_t test_rounds(uint64_t full);

struct test_thread {
    pthread_t handle;
    void (*run)(void *arg);
    void *arg;
    int tid; /* the kernel's number; valid when start has returned */
    pthread_barrier_t started;
};

/* One thread; start returns when it is about to call run. */
void test_thread_start(struct test_thread *thread, void (*run)(void *arg),
                       void *arg);
void test_thread_join(struct test_thread *thread);
/* Until the kernel says that the thread sleeps. */
void test_thread_await_asleep(const struct test_thread *thread);

/* `count` threads released together by a barrier, each with its index; returns
 * when all have returned. */
void test_threads(unsigned count, void (*run)(void *arg, unsigned index),
                  void *arg);

/* What the macros stand on. */
enum test_relation { TEST_EQ, TEST_NE, TEST_LT, TEST_LE, TEST_GT, TEST_GE };

#define TEST_ABORTS (-1)

#define TEST_ASSERT(expectation)                                               \
    do {                                                                       \
        if (!(expectation))                                                    \
            return;                                                            \
    } while (0)

#define TEST_COMPARE(a, b, relation)                                           \
    test_compare(TEST_HERE, #a, #b, (intmax_t)(a), relation, (intmax_t)(b))

#define TEST_FORK(stmt, ending, needle)                                        \
    do {                                                                       \
        if (test_fork_begin()) {                                               \
            stmt;                                                              \
            test_fork_returned();                                              \
        }                                                                      \
        (void)test_fork_end(TEST_HERE, #stmt, ending, needle);                 \
    } while (0)

void test_add(struct test_case *test);
void test_skip(const char *why);
bool test_true(const char *file, int line, const char *what, bool holds);
bool test_compare(const char *file, int line, const char *a, const char *b,
                  intmax_t left, enum test_relation relation, intmax_t right);
bool test_string(const char *file, int line, const char *what, const char *got,
                 const char *due);
bool test_bytes(const char *file, int line, const char *what, const void *a,
                const void *b, size_t bytes);
bool test_status(const char *file, int line, const char *what, int got,
                 int due);
bool test_fork_begin(void);
void test_fork_returned(void);
bool test_fork_end(const char *file, int line, const char *what, int ending,
                   const char *needle);

WEIR_END_DECLS

#endif
