/* SPDX-License-Identifier: MIT */
/* sync/holds_test.c - the tables of holds: their life, and how holds move. */
#include "test.h"

#include "sync/holds.h"

static weir_rwmutex rw = WEIR_RWMUTEX_INIT;

static uint32_t
in_slots(void)
{
    unsigned from = 0;

    return wr_holds_count(&rw, &from, false);
}

static int32_t
in_central(void)
{
    return (int32_t)weir_load_rlx(&rw.central) / (int32_t)CENTRAL_HOLD;
}

static void
expect_free(void)
{
    EXPECT_EQ(in_slots(), 0);
    EXPECT_EQ(in_central(), 0);
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
    weir_rwmutex_unlock(&rw);
}

TEST(table_is_alone_on_its_lines)
{
    struct wr_holds *t = wr_holds_get();

    ASSERT_NOT_NULL(t);
    EXPECT_EQ((uintptr_t)t % WEIR_SEPARATION, 0);
    EXPECT_LE(offsetof(struct wr_holds, wanted) + sizeof(t->wanted),
              WEIR_CACHE_LINE);
    EXPECT_PTR_EQ(wr_holds_get(), t);
}

TEST(hold_stands_in_a_slot_of_its_thread)
{
    weir_rwmutex_rlock(&rw);
    EXPECT_PTR_EQ(weir_load_rlx(&wr_holds_get()->slot[0]), &rw);
    EXPECT_EQ(in_slots(), 1);
    EXPECT_EQ(in_central(), 0);
    weir_rwmutex_runlock(&rw);
    expect_free();
}

TEST(hold_without_a_slot_is_central)
{
    for (unsigned i = 0; i < HOLD_SLOTS + 2; i++)
        weir_rwmutex_rlock(&rw);
    EXPECT_EQ(in_slots(), HOLD_SLOTS);
    EXPECT_EQ(in_central(), 2);
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    for (unsigned i = 0; i < HOLD_SLOTS + 2; i++)
        weir_rwmutex_runlock(&rw);
    expect_free();
}

TEST(parking_moves_a_hold_to_central)
{
    weir_mutex busy = WEIR_MUTEX_INIT;
    int64_t wait_ns = WEIR_US(200);

    weir_mutex_lock(&busy);
    weir_rwmutex_rlock(&rw);
    do { /* on a slow machine the limit comes before the sleep: longer */
        EXPECT_STATUS(weir_mutex_lock_until(&busy, weir_deadline(wait_ns)),
                      WEIR_TIMEOUT);
        wait_ns *= 2;
    } while (in_slots() != 0);
    EXPECT_EQ(in_central(), 1);
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    weir_rwmutex_runlock(&rw);
    expect_free();
}

static void
just_rlock(void *arg)
{
    (void)arg;
    weir_rwmutex_rlock(&rw);
}

TEST(thread_that_ends_leaves_its_hold_in_central)
{
    struct test_thread thread;

    test_thread_start(&thread, just_rlock, NULL);
    test_thread_join(&thread);
    EXPECT_EQ(in_slots(), 0);
    EXPECT_EQ(in_central(), 1);
    EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    weir_rwmutex_runlock(&rw);
    expect_free();
}

static void
note_table(void *arg)
{
    *(struct wr_holds **)arg = wr_holds_get();
}

TEST(table_of_a_thread_that_ended_serves_the_next)
{
    struct wr_holds *tables[3];

    for (int i = 0; i < 3; i++) {
        struct test_thread thread;

        test_thread_start(&thread, note_table, &tables[i]);
        test_thread_join(&thread);
        ASSERT_NOT_NULL(tables[i]);
        EXPECT_PTR_EQ(tables[i], tables[0]);
        EXPECT_TRUE(tables[i] != wr_holds_get());
    }
}

/* More threads at a time than a slab has tables. */
enum { MANY = 70 };
static struct wr_holds *seen[MANY];
static pthread_barrier_t all_in;

static void
hold_together(void *arg, unsigned index)
{
    (void)arg;
    weir_rwmutex_rlock(&rw);
    seen[index] = wr_holds_get();
    (void)pthread_barrier_wait(&all_in);
    if (index == 0) {
        EXPECT_EQ(in_slots(), MANY);
        EXPECT_STATUS(weir_rwmutex_try_lock(&rw), WEIR_AGAIN);
    }
    (void)pthread_barrier_wait(&all_in);
    weir_rwmutex_runlock(&rw);
}

TEST(every_thread_has_a_table_of_its_own)
{
    (void)pthread_barrier_init(&all_in, NULL, MANY);
    test_threads(MANY, hold_together, NULL);
    (void)pthread_barrier_destroy(&all_in);
    for (int i = 0; i < MANY; i++)
        for (int j = 0; j < i; j++)
            EXPECT_TRUE(seen[i] != seen[j]);
    expect_free();
}

/* A destructor that runs after weir's own. */
static pthread_key_t late;
static WEIR_ATOMIC(int) late_runs;

static void
read_late(void *rounds)
{
    const intptr_t left = (intptr_t)rounds - 1;

    weir_rwmutex_rlock(&rw);
    (void)weir_fetch_add_rlx(&late_runs, in_slots() == 1 || in_central() == 1);
    weir_rwmutex_runlock(&rw);
    if (left > 0)
        (void)pthread_setspecific(late, (void *)left);
}

static void
set_late(void *arg)
{
    (void)arg;
    (void)pthread_setspecific(late, (void *)3);
    weir_rwmutex_rlock(&rw);
    weir_rwmutex_runlock(&rw);
}

TEST(locks_work_in_tls_destructors)
{
    struct test_thread thread;

    (void)pthread_key_create(&late, read_late);
    test_thread_start(&thread, set_late, NULL);
    test_thread_join(&thread);
    (void)pthread_key_delete(late);
    EXPECT_EQ(weir_load_rlx(&late_runs), 3);
    expect_free();
}
