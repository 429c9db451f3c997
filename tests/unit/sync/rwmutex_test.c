/* SPDX-License-Identifier: MIT */
/*
 * sync/rwmutex_test.c - the RWMutex on real threads.
 *
 * Exclusion is seen by a pair of plain numbers that differ only while a writer
 * is inside.
 */
#include "test.h"

#include <stdlib.h>

#include "park/cancel.h"
#include "sync/holds.h"

static weir_limit
past(void)
{
    return weir_limit_at(0);
}

/* The bits of the word, without the count of writes. */
static uint32_t
state_of(weir_rwmutex *rw)
{
    return weir_load_rlx(&rw->writers.word) % MUTEX_WRITES;
}

static bool
is_unused(weir_rwmutex *rw)
{
    unsigned from = 0;

    return !(state_of(rw) & ~(uint32_t)MUTEX_ASYM) && rw->readers == NULL &&
           rw->writers.queue == NULL && rw->drainer == 0 &&
           weir_load_rlx(&rw->central) == 0 &&
           wr_holds_count(rw, &from, false) == 0;
}

TEST(rwmutex_is_32_bytes_and_zero_when_unlocked)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    EXPECT_EQ(sizeof(rw), 32);
    EXPECT_TRUE(is_unused(&rw));
    weir_rwmutex_rlock(&rw);
    weir_rwmutex_runlock(&rw);
    EXPECT_TRUE(is_unused(&rw));
    weir_rwmutex_lock(&rw);
    EXPECT_FALSE(is_unused(&rw));
    weir_rwmutex_unlock(&rw);
    EXPECT_TRUE(is_unused(&rw));
}

TEST(limits_that_have_passed_make_it_a_try)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    EXPECT_OK(weir_rwmutex_rlock_until(&rw, past()));
    EXPECT_STATUS(weir_rwmutex_lock_until(&rw, past()), WEIR_TIMEOUT);
    weir_rwmutex_runlock(&rw);
    EXPECT_OK(weir_rwmutex_lock_until(&rw, past()));
    EXPECT_STATUS(weir_rwmutex_lock_until(&rw, past()), WEIR_TIMEOUT);
    EXPECT_STATUS(weir_rwmutex_rlock_until(&rw, past()), WEIR_TIMEOUT);
    weir_rwmutex_unlock(&rw);
    EXPECT_TRUE(is_unused(&rw));
}

TEST(waits_that_time_out_leave_nothing_behind)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    weir_rwmutex_lock(&rw);
    EXPECT_STATUS(weir_rwmutex_rlock_until(&rw, weir_deadline(WEIR_US(300))),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_rwmutex_lock_until(&rw, weir_deadline(WEIR_US(300))),
                  WEIR_TIMEOUT);
    EXPECT_EQ(state_of(&rw), MUTEX_LOCKED);
    weir_rwmutex_unlock(&rw);
    weir_rwmutex_rlock(&rw);
    /* On a table, in steps; and on central. */
    EXPECT_STATUS(weir_rwmutex_lock_until(&rw, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
    EXPECT_STATUS(weir_rwmutex_lock_until(&rw, weir_deadline(WEIR_MS(1))),
                  WEIR_TIMEOUT);
    EXPECT_OK(weir_rwmutex_try_rlock(&rw));
    weir_rwmutex_runlock(&rw);
    weir_rwmutex_runlock(&rw);
    EXPECT_TRUE(is_unused(&rw));
}

/* --- one party at a time, each until it sleeps ---------------------------- */

enum { PARTIES = 6 };

struct scene {
    weir_rwmutex rw;
    WEIR_ATOMIC(int) readers;
    WEIR_ATOMIC(int) writers;
    WEIR_ATOMIC(bool) readers_may_go;
    WEIR_ATOMIC(bool) writers_may_go;
};

struct party {
    struct test_thread thread;
    struct scene *scene;
    weir_limit limit;
    int status;
};

static void
play_reader(void *arg)
{
    struct party *p = arg;
    struct scene *s = p->scene;

    p->status = weir_rwmutex_rlock_until(&s->rw, p->limit);
    if (p->status != WEIR_OK)
        return;
    (void)weir_fetch_add_rlx(&s->readers, 1);
    TEST_AWAIT(weir_load_acq(&s->readers_may_go));
    (void)weir_fetch_sub_rlx(&s->readers, 1);
    weir_rwmutex_runlock(&s->rw);
}

static void
play_writer(void *arg)
{
    struct party *p = arg;
    struct scene *s = p->scene;

    p->status = weir_rwmutex_lock_until(&s->rw, p->limit);
    if (p->status != WEIR_OK)
        return;
    EXPECT_EQ(weir_load_rlx(&s->readers), 0);
    (void)weir_fetch_add_rlx(&s->writers, 1);
    TEST_AWAIT(weir_load_acq(&s->writers_may_go));
    (void)weir_fetch_sub_rlx(&s->writers, 1);
    weir_rwmutex_unlock(&s->rw);
}

static void
start(struct party *p, struct scene *s, void (*play)(void *), weir_limit limit)
{
    p->scene = s;
    p->limit = limit;
    test_thread_start(&p->thread, play, p);
}

static bool
has(struct scene *s, uint32_t bits)
{
    return (weir_load_rlx(&s->rw.writers.word) & bits) == bits;
}

TEST(writer_that_sleeps_on_a_slot_is_woken)
{
    static struct scene s;
    static struct party reader;
    static struct party writer;

    start(&reader, &s, play_reader, WEIR_FOREVER);
    TEST_AWAIT(weir_load_rlx(&s.readers) == 1);
    start(&writer, &s, play_writer, WEIR_FOREVER);
    TEST_AWAIT(has(&s, MUTEX_LOCKED));
    EXPECT_STATUS(weir_rwmutex_try_rlock(&s.rw), WEIR_AGAIN); /* pending */
    weir_store_rel(&s.writers_may_go, true);
    weir_store_rel(&s.readers_may_go, true);
    test_thread_join(&reader.thread);
    test_thread_join(&writer.thread);
    EXPECT_OK(writer.status);
    EXPECT_TRUE(is_unused(&s.rw));
}

TEST(writer_that_sleeps_on_central_is_woken)
{
    static struct scene s;
    static struct party writer;

    weir_rwmutex_rlock(&s.rw);
    wr_sys_self()->hold_ops->before_park(wr_sys_self());
    start(&writer, &s, play_writer, WEIR_FOREVER);
    test_thread_await_asleep(&writer.thread);
    EXPECT_TRUE(weir_load_rlx(&s.rw.central) & CENTRAL_ASLEEP);
    weir_store_rel(&s.writers_may_go, true);
    weir_rwmutex_runlock(&s.rw);
    test_thread_join(&writer.thread);
    EXPECT_OK(writer.status);
    EXPECT_TRUE(is_unused(&s.rw));
}

TEST(unlock_lets_in_all_readers_that_sleep_before_the_next_writer)
{
    static struct scene s;
    static struct party party[PARTIES];
    static struct party writer;

    weir_rwmutex_lock(&s.rw);
    start(&writer, &s, play_writer, WEIR_FOREVER);
    test_thread_await_asleep(&writer.thread);
    for (int i = 0; i < PARTIES; i++) {
        start(&party[i], &s, play_reader, WEIR_FOREVER);
        test_thread_await_asleep(&party[i].thread);
    }
    EXPECT_TRUE(has(&s, MUTEX_LOCKED | MUTEX_PARKED | MUTEX_READERS));
    weir_rwmutex_unlock(&s.rw);
    TEST_AWAIT(weir_load_rlx(&s.readers) == PARTIES);
    EXPECT_EQ(weir_load_rlx(&s.writers), 0);
    weir_store_rel(&s.readers_may_go, true);
    TEST_AWAIT(weir_load_rlx(&s.writers) == 1);
    weir_store_rel(&s.writers_may_go, true);
    for (int i = 0; i < PARTIES; i++)
        test_thread_join(&party[i].thread);
    test_thread_join(&writer.thread);
    EXPECT_TRUE(is_unused(&s.rw));
}

TEST(writer_that_gives_up_lets_in_whom_it_kept_out)
{
    static struct scene s;
    static struct weir_cancel cancel;
    static struct party writer;
    static struct party reader;
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &cancel;
    weir_rwmutex_rlock(&s.rw);
    start(&writer, &s, play_writer, limit);
    TEST_AWAIT(has(&s, MUTEX_LOCKED));
    start(&reader, &s, play_reader, WEIR_FOREVER);
    TEST_AWAIT(has(&s, MUTEX_READERS));
    wr_cancel_fire(&cancel, WEIR_CANCELED);
    TEST_AWAIT(weir_load_rlx(&s.readers) == 1);
    weir_store_rel(&s.readers_may_go, true);
    test_thread_join(&writer.thread);
    test_thread_join(&reader.thread);
    EXPECT_STATUS(writer.status, WEIR_CANCELED);
    EXPECT_OK(reader.status);
    weir_rwmutex_runlock(&s.rw);
    EXPECT_TRUE(is_unused(&s.rw));
}

TEST(context_that_has_ended_refuses_a_free_lock)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;
    struct weir_cancel cancel = { { 0 }, WEIR_OK, { NULL, NULL } };
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &cancel;
    EXPECT_OK(weir_rwmutex_rlock_until(&rw, limit));
    weir_rwmutex_runlock(&rw);
    wr_cancel_fire(&cancel, WEIR_DEADLINE);
    EXPECT_STATUS(weir_rwmutex_rlock_until(&rw, limit), WEIR_DEADLINE);
    EXPECT_STATUS(weir_rwmutex_lock_until(&rw, limit), WEIR_DEADLINE);
    EXPECT_TRUE(is_unused(&rw));
}

/* --- holds that change hands ---------------------------------------------- */

static void
give_back(void *arg)
{
    weir_rwmutex_runlock(arg);
}

TEST(hold_is_given_back_by_another_thread)
{
    static weir_rwmutex rw;
    struct test_thread thread;

    weir_rwmutex_rlock(&rw);
    test_thread_start(&thread, give_back, &rw);
    test_thread_join(&thread);
    /* The slot still says so, and central the opposite. */
    EXPECT_EQ((int32_t)weir_load_rlx(&rw.central), -(int32_t)CENTRAL_HOLD);
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
    EXPECT_STATUS(weir_rwmutex_try_rlock(&rw), WEIR_AGAIN);
    weir_rwmutex_unlock(&rw);
    wr_sys_self()->hold_ops->before_park(wr_sys_self());
    EXPECT_TRUE(is_unused(&rw));
}

TEST(writer_waits_for_a_hold_that_changed_hands)
{
    static struct scene s;
    static struct party writer;
    struct test_thread thread;

    weir_rwmutex_rlock(&s.rw);
    start(&writer, &s, play_writer, WEIR_FOREVER);
    TEST_AWAIT(has(&s, MUTEX_LOCKED));
    weir_store_rel(&s.writers_may_go, true);
    test_thread_start(&thread, give_back, &s.rw);
    test_thread_join(&thread);
    test_thread_join(&writer.thread);
    EXPECT_OK(writer.status);
    wr_sys_self()->hold_ops->before_park(wr_sys_self());
    EXPECT_TRUE(is_unused(&s.rw));
}

/* --- stress --------------------------------------------------------------- */

struct shared {
    weir_rwmutex rw;
    weir_mutex other; /* to park on, with a hold */
    uint64_t seed;
    unsigned writes; /* of 64 */
    uint64_t a;
    uint64_t b;
    WEIR_ATOMIC(uint64_t) written;
    WEIR_ATOMIC(bool) torn;
};

static void
stay(uint64_t *rand)
{
    const unsigned pauses = (unsigned)(test_rand(rand) % 32);

    for (unsigned i = 0; i < pauses; i++)
        weir_cpu_relax();
    if (test_rand(rand) % 512 == 0)
        (void)sched_yield();
}

static void
look(struct shared *s, uint64_t *rand)
{
    const uint64_t a = s->a;

    if (test_rand(rand) % 8 == 0) {
        weir_mutex_lock(&s->other);
        stay(rand);
        weir_mutex_unlock(&s->other);
    } else {
        stay(rand);
    }
    if (a != s->a || a != s->b)
        weir_store_rlx(&s->torn, true);
    weir_rwmutex_runlock(&s->rw);
}

static void
change(struct shared *s, uint64_t *rand)
{
    s->a++;
    stay(rand);
    s->b++;
    (void)weir_fetch_add_rlx(&s->written, 1);
    weir_rwmutex_unlock(&s->rw);
}

static int
lock_some_way(struct shared *s, uint64_t *rand, bool write)
{
    const uint64_t way = test_rand(rand) % 8;
    const int64_t wait_ns = (int64_t)(test_rand(rand) % 100000);

    if (way < 5) {
        if (write)
            weir_rwmutex_lock(&s->rw);
        else
            weir_rwmutex_rlock(&s->rw);
        return WEIR_OK;
    }
    if (way == 5)
        return write ? weir_rwmutex_try_lock(&s->rw)
                     : weir_rwmutex_try_rlock(&s->rw);
    return write ? weir_rwmutex_lock_until(&s->rw, weir_deadline(wait_ns))
                 : weir_rwmutex_rlock_until(&s->rw, weir_deadline(wait_ns));
}

static void
mixed(void *arg, unsigned index)
{
    struct shared *s = arg;
    uint64_t rand = s->seed + index;
    const uint64_t rounds = test_rounds(2000);

    for (uint64_t i = 0; i < rounds; i++) {
        const bool write = test_rand(&rand) % 64 < s->writes;

        if (lock_some_way(s, &rand, write) != WEIR_OK)
            continue;
        if (write)
            change(s, &rand);
        else
            look(s, &rand);
    }
}

TEST(rwmutex_excludes_under_stress)
{
    static const unsigned threads[] = { 2, 3, 8, 24 };
    static const unsigned writes[] = { 1, 8, 32 };

    for (unsigned i = 0; i < 4; i++) {
        for (unsigned k = 0; k < 3; k++) {
            struct shared s = { .seed = test_seed(), .writes = writes[k] };

            test_threads(threads[i], mixed, &s);
            EXPECT_FALSE(weir_load_rlx(&s.torn));
            EXPECT_EQ(s.a, s.b);
            EXPECT_EQ(s.a, weir_load_rlx(&s.written));
            EXPECT_TRUE(is_unused(&s.rw));
        }
    }
}

/* Readers that hold while the next writer comes to free the lock. */
struct counted {
    weir_rwmutex rw;
    WEIR_ATOMIC(bool) read;
};

static void
read_or_free(void *arg, unsigned index)
{
    WEIR_ATOMIC(struct counted *) *next = arg;
    const uint64_t rounds = test_rounds(20000);

    for (uint64_t i = 0; i < rounds; i++) {
        struct counted *c;

        if (index == 0) {
            TEST_AWAIT((c = weir_load_acq(next)) != NULL);
            weir_store_rel(next, NULL);
            weir_rwmutex_rlock(&c->rw);
            weir_store_rlx(&c->read, true);
            if (i % 4 == 0)
                wr_sys_self()->hold_ops->before_park(wr_sys_self());
            weir_rwmutex_runlock(&c->rw);
        } else {
            bool read;

            c = calloc(1, sizeof(*c));
            weir_store_rel(next, c);
            do {
                weir_rwmutex_lock(&c->rw);
                read = weir_load_rlx(&c->read);
                weir_rwmutex_unlock(&c->rw);
                if (!read)
                    (void)sched_yield();
            } while (!read);
            free(c);
        }
    }
}

TEST(rwmutex_may_be_freed_by_its_next_writer)
{
    WEIR_ATOMIC(struct counted *) next = NULL;

    test_threads(2, read_or_free, &next);
    EXPECT_NULL(weir_load_rlx(&next));
}
