/* SPDX-License-Identifier: MIT */
/* sync/asym_test.c - into the ASYM mode, out of it, exclusion across both. */
#include "test.h"

#include "sync/asym.h"

static bool
is_asym(const weir_rwmutex *rw)
{
    return weir_load_rlx(&((weir_rwmutex *)(uintptr_t)rw)->writers.word) &
           MUTEX_ASYM;
}

static void
read_once(weir_rwmutex *rw)
{
    weir_rwmutex_rlock(rw);
    weir_rwmutex_runlock(rw);
}

static void
write_once(weir_rwmutex *rw)
{
    weir_rwmutex_lock(rw);
    weir_rwmutex_unlock(rw);
}

#define NEEDS_FENCES                                                           \
    if (!wr_sys_has_heavy())                                                   \
    TEST_SKIP("membarrier(2) is refused here")

TEST(lock_that_is_only_read_becomes_asym)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    NEEDS_FENCES;
    while (!is_asym(&rw))
        read_once(&rw);
    read_once(&rw);
    EXPECT_TRUE(is_asym(&rw));
}

TEST(each_of_several_locks_becomes_asym)
{
    enum { LOCKS = 4 };
    weir_rwmutex rw[LOCKS] = { WEIR_RWMUTEX_INIT };
    unsigned count;

    NEEDS_FENCES;
    do {
        count = 0;
        for (unsigned i = 0; i < LOCKS; i++) {
            read_once(&rw[i]);
            count += is_asym(&rw[i]);
        }
    } while (count < LOCKS);
    EXPECT_EQ(count, LOCKS);
}

TEST(each_kind_of_writer_leaves_asym)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;

    NEEDS_FENCES;
    wr_asym_enter(&rw);
    write_once(&rw);
    EXPECT_FALSE(is_asym(&rw));
    wr_asym_enter(&rw);
    EXPECT_OK(weir_rwmutex_try_lock(&rw));
    EXPECT_FALSE(is_asym(&rw));
    weir_rwmutex_unlock(&rw);
    wr_asym_enter(&rw);
    EXPECT_OK(weir_rwmutex_lock_until(&rw, weir_limit_at(0)));
    EXPECT_FALSE(is_asym(&rw));
    weir_rwmutex_unlock(&rw);
}

TEST(sample_watches_for_writes_and_time)
{
    weir_rwmutex rw = WEIR_RWMUTEX_INIT;
    struct wr_quiet q = { NULL, 0, 0 };

    NEEDS_FENCES;
    wr_asym_sample(&q, &rw);
    EXPECT_PTR_EQ(q.rw, &rw);
    q.since_ns = INT64_MAX / 2; /* no time has passed since */
    wr_asym_sample(&q, &rw);
    EXPECT_FALSE(is_asym(&rw));
    q.since_ns = 0; /* much has, but there was a write */
    write_once(&rw);
    wr_asym_sample(&q, &rw);
    EXPECT_FALSE(is_asym(&rw));
    EXPECT_NE(q.since_ns, 0);
    q.since_ns = 0;
    wr_asym_sample(&q, &rw);
    EXPECT_TRUE(is_asym(&rw));
    EXPECT_NULL(q.rw);
}

TEST(sample_stays_with_a_lock_that_is_read)
{
    weir_rwmutex watched = WEIR_RWMUTEX_INIT;
    weir_rwmutex other = WEIR_RWMUTEX_INIT;
    struct wr_quiet q = { NULL, 0, 0 };

    wr_asym_sample(&q, &watched);
    q.since_ns = INT64_MAX / 2;
    wr_asym_sample(&q, &other);
    EXPECT_PTR_EQ(q.rw, &watched);
    q.since_ns = 0; /* not seen again for long */
    wr_asym_sample(&q, &other);
    EXPECT_PTR_EQ(q.rw, &other);
}

/* Readers that go back to ASYM at any moment, and writers. */
struct shared {
    weir_rwmutex rw;
    uint64_t seed, a, b;
    WEIR_ATOMIC(uint64_t) torn;
};

static void
mixed(void *arg, unsigned index)
{
    struct shared *s = arg;
    uint64_t rand = s->seed + index;
    const uint64_t rounds = test_rounds(100000);

    for (uint64_t i = 0; i < rounds; i++) {
        const uint64_t dice = test_rand(&rand) % 64;

        if (dice == 0) {
            weir_rwmutex_lock(&s->rw);
            s->a++;
            s->b++;
            weir_rwmutex_unlock(&s->rw);
            continue;
        }
        weir_rwmutex_rlock(&s->rw);
        if (s->a != s->b)
            (void)weir_fetch_add_rlx(&s->torn, 1);
        if (dice < 16)
            wr_asym_enter(&s->rw);
        if (dice == 1)
            wr_sys_self()->hold_ops->before_park(wr_sys_self());
        weir_rwmutex_runlock(&s->rw);
    }
}

TEST(modes_exclude_under_stress)
{
    static const unsigned threads[] = { 2, 3, 8 };

    for (unsigned i = 0; i < 3; i++) {
        struct shared s = { .seed = test_seed() };

        test_threads(threads[i], mixed, &s);
        EXPECT_EQ(weir_load_rlx(&s.torn), 0);
        EXPECT_EQ(s.a, s.b);
        write_once(&s.rw);
    }
}
