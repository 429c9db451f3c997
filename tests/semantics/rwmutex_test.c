/* SPDX-License-Identifier: MIT */
/* semantics/rwmutex_test.c - the rows RW-01 to RW-11 that hold for threads. */
#include "test.h"

#include <weir/weir.h>

TEST(rw_01_any_number_of_readers_or_one_writer)
{
    static weir_rwmutex zeroed;
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    EXPECT_OK(weir_rwmutex_try_lock(&zeroed));
    weir_rwmutex_unlock(&zeroed);
    for (int i = 0; i < 20; i++)
        EXPECT_OK(weir_rwmutex_try_rlock(&rw));
    for (int i = 0; i < 20; i++) {
        EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
        weir_rwmutex_runlock(&rw);
    }
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    EXPECT_STATUS(weir_rwmutex_try_rlock(&rw), WEIR_AGAIN);
    weir_rwmutex_unlock(&rw);
}

struct party {
    struct test_thread thread;
    weir_rwmutex *rw;
    WEIR_ATOMIC(int) inside;
    WEIR_ATOMIC(bool) may_go;
};

static void
play_writer(void *arg)
{
    struct party *p = arg;

    weir_rwmutex_lock(p->rw);
    (void)weir_fetch_add_rlx(&p->inside, 1);
    TEST_AWAIT(weir_load_acq(&p->may_go));
    weir_rwmutex_unlock(p->rw);
}

static void
play_reader(void *arg)
{
    struct party *p = arg;

    weir_rwmutex_rlock(p->rw);
    (void)weir_fetch_add_rlx(&p->inside, 1);
    TEST_AWAIT(weir_load_acq(&p->may_go));
    weir_rwmutex_runlock(p->rw);
}

static void
start(struct party *p, weir_rwmutex *rw, void (*play)(void *))
{
    p->rw = rw;
    test_thread_start(&p->thread, play, p);
}

static bool
writer_is_pending(weir_rwmutex *rw)
{
    if (weir_rwmutex_try_rlock(rw) != WEIR_OK)
        return true;
    weir_rwmutex_runlock(rw);
    return false;
}

TEST(rw_02_writer_that_waits_keeps_new_readers_out)
{
    static weir_rwmutex rw;
    static struct party writer;

    weir_rwmutex_rlock(&rw);
    start(&writer, &rw, play_writer);
    TEST_AWAIT(writer_is_pending(&rw));
    /* As a recursive read lock would, for ever. */
    EXPECT_STATUS(weir_rwmutex_rlock_until(&rw, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
    EXPECT_EQ(weir_load_rlx(&writer.inside), 0);
    weir_rwmutex_runlock(&rw);
    weir_store_rel(&writer.may_go, true);
    test_thread_join(&writer.thread);
}

enum { READERS = 5 };

TEST(rw_03_unlock_lets_in_all_that_sleep_before_the_next_writer)
{
    static weir_rwmutex rw;
    static struct party reader[READERS];
    static struct party writer;

    weir_rwmutex_lock(&rw);
    start(&writer, &rw, play_writer);
    test_thread_await_asleep(&writer.thread);
    for (int i = 0; i < READERS; i++) {
        start(&reader[i], &rw, play_reader);
        test_thread_await_asleep(&reader[i].thread);
    }
    weir_rwmutex_unlock(&rw);
    for (int i = 0; i < READERS; i++)
        TEST_AWAIT(weir_load_rlx(&reader[i].inside) == 1);
    EXPECT_EQ(weir_load_rlx(&writer.inside), 0);
    for (int i = 0; i < READERS; i++)
        weir_store_rel(&reader[i].may_go, true);
    TEST_AWAIT(weir_load_rlx(&writer.inside) == 1);
    weir_store_rel(&writer.may_go, true);
    for (int i = 0; i < READERS; i++)
        test_thread_join(&reader[i].thread);
    test_thread_join(&writer.thread);
}

TEST(rw_05_two_read_locks_need_two_unlocks)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    weir_rwmutex_rlock(&rw);
    weir_rwmutex_rlock(&rw);
    weir_rwmutex_runlock(&rw);
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    weir_rwmutex_runlock(&rw);
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
}

TEST(rw_06_try_rlock_fails_when_a_writer_waits)
{
    static weir_rwmutex rw;
    static struct party writer;

    weir_rwmutex_rlock(&rw);
    start(&writer, &rw, play_writer);
    TEST_AWAIT(writer_is_pending(&rw));
    EXPECT_STATUS(weir_rwmutex_try_rlock(&rw), WEIR_AGAIN);
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    weir_store_rel(&writer.may_go, true);
    weir_rwmutex_runlock(&rw);
    test_thread_join(&writer.thread);
}

#define NOT_READ_LOCKED "weir: rwmutex: runlock of what is not read-locked"
#define NOT_LOCKED "weir: rwmutex: unlock of what is not locked"

TEST(rw_07_unlock_of_what_is_not_held_is_fatal)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    EXPECT_ABORT(weir_rwmutex_runlock(&rw), NOT_READ_LOCKED);
    EXPECT_ABORT(weir_rwmutex_unlock(&rw), NOT_LOCKED);
    weir_rwmutex_rlock(&rw);
    EXPECT_ABORT(weir_rwmutex_unlock(&rw), NOT_LOCKED);
    EXPECT_ABORT(
        {
            weir_rwmutex_runlock(&rw);
            weir_rwmutex_runlock(&rw);
        },
        NOT_READ_LOCKED);
    weir_rwmutex_runlock(&rw);
    weir_rwmutex_lock(&rw);
    EXPECT_ABORT(weir_rwmutex_runlock(&rw), NOT_READ_LOCKED);
    EXPECT_ABORT(
        {
            weir_rwmutex_unlock(&rw);
            weir_rwmutex_unlock(&rw);
        },
        NOT_LOCKED);
    weir_rwmutex_unlock(&rw);
    EXPECT_ABORT(weir_rwmutex_runlock(&rw), NOT_READ_LOCKED);
    EXPECT_ABORT(weir_rwmutex_unlock(&rw), NOT_LOCKED);
}

struct published {
    weir_rwmutex rw;
    uint64_t first;
    uint64_t second;
    WEIR_ATOMIC(bool) torn;
};

static void
read_and_write(void *arg, unsigned index)
{
    struct published *p = arg;
    const uint64_t rounds = test_rounds(20000);

    for (uint64_t i = 0; i < rounds; i++) {
        if (index == 0) {
            weir_rwmutex_lock(&p->rw);
            p->first++;
            p->second++;
            weir_rwmutex_unlock(&p->rw);
        } else {
            weir_rwmutex_rlock(&p->rw);
            if (p->first != p->second)
                weir_store_rlx(&p->torn, true);
            weir_rwmutex_runlock(&p->rw);
        }
    }
}

TEST(rw_08_unlocks_are_before_later_locks)
{
    static struct published p;

    test_threads(4, read_and_write, &p);
    EXPECT_FALSE(weir_load_rlx(&p.torn));
    EXPECT_EQ(p.first, test_rounds(20000));
}

static void
give_back(void *arg)
{
    weir_rwmutex_runlock(arg);
}

static void
give_back_write(void *arg)
{
    weir_rwmutex_unlock(arg);
}

TEST(rw_09_another_thread_may_unlock)
{
    static weir_rwmutex rw;
    struct test_thread thread;

    weir_rwmutex_rlock(&rw);
    test_thread_start(&thread, give_back, &rw);
    test_thread_join(&thread);
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
    test_thread_start(&thread, give_back_write, &rw);
    test_thread_join(&thread);
    EXPECT_OK(weir_rwmutex_try_rlock(&rw));
    weir_rwmutex_runlock(&rw);
}

TEST(rw_10_many_holds_of_one_lock)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    for (int i = 0; i < 100000; i++)
        weir_rwmutex_rlock(&rw);
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    for (int i = 0; i < 100000; i++)
        weir_rwmutex_runlock(&rw);
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
}

/* Readers flood in; each writer still gets its turns. */
struct flood {
    weir_rwmutex rw;
    WEIR_ATOMIC(bool) done;
};

static void
flood(void *arg, unsigned index)
{
    struct flood *f = arg;

    if (index == 0) {
        for (uint64_t i = 0; i < test_rounds(200); i++) {
            weir_rwmutex_lock(&f->rw);
            weir_rwmutex_unlock(&f->rw);
        }
        weir_store_rel(&f->done, true);
    }
    while (!weir_load_acq(&f->done)) {
        weir_rwmutex_rlock(&f->rw);
        weir_rwmutex_runlock(&f->rw);
    }
}

TEST(rw_11_readers_do_not_starve_a_writer)
{
    static struct flood f;

    test_threads(8, flood, &f);
    EXPECT_TRUE(weir_load_rlx(&f.done));
}
