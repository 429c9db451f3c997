/* SPDX-License-Identifier: MIT */
/*
 * sync/mutex_test.c - the mutex on real threads.
 *
 * Exclusion is seen by a pair of plain numbers that differ only inside.
 */
#include "test.h"

#include <errno.h>
#include <stdlib.h>

#include "park/cancel.h"
#include "sync/mutex.h"

static weir_limit
past(void)
{
    return weir_limit_at(0);
}

static bool
is_unused(weir_mutex *m)
{
    return weir_load_rlx(&m->word) == 0 && m->queue == NULL &&
           weir_load_rlx(&m->list_lock) == LOCK_FREE;
}

static bool
has(weir_mutex *m, uint32_t bits)
{
    return (weir_load_rlx(&m->word) & bits) == bits;
}

TEST(mutex_is_16_bytes_and_zero_when_unlocked)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    EXPECT_EQ(sizeof(m), 16);
    EXPECT_TRUE(is_unused(&m));
    weir_mutex_lock(&m);
    EXPECT_FALSE(is_unused(&m));
    weir_mutex_unlock(&m);
    EXPECT_TRUE(is_unused(&m));
}

TEST(functions_out_of_line_are_the_same_mutex)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    weir_mutex_lock_1(&m);
    EXPECT_STATUS(weir_mutex_try_lock(&m), WEIR_AGAIN);
    weir_mutex_unlock_1(&m);
    EXPECT_OK(weir_mutex_try_lock(&m));
    weir_mutex_unlock(&m);
    EXPECT_TRUE(is_unused(&m));
}

TEST(limit_that_has_passed_makes_it_a_try)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    EXPECT_OK(weir_mutex_lock_until(&m, past()));
    EXPECT_STATUS(weir_mutex_lock_until(&m, past()), WEIR_TIMEOUT);
    weir_mutex_unlock(&m);
    EXPECT_TRUE(is_unused(&m));
}

TEST(wait_that_times_out_leaves_nothing_behind)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    weir_mutex_lock(&m);
    for (int i = 0; i < 3; i++)
        EXPECT_STATUS(weir_mutex_lock_until(&m, weir_deadline(WEIR_US(300))),
                      WEIR_TIMEOUT);
    EXPECT_EQ(weir_load_rlx(&m.word), MUTEX_LOCKED);
    weir_mutex_unlock(&m);
    EXPECT_TRUE(is_unused(&m));
}

TEST(calls_leave_errno_alone)
{
    weir_mutex m = WEIR_MUTEX_INIT;

    errno = 77;
    weir_mutex_lock(&m);
    EXPECT_STATUS(weir_mutex_lock_until(&m, weir_deadline(WEIR_US(100))),
                  WEIR_TIMEOUT);
    weir_mutex_unlock(&m);
    EXPECT_EQ(errno, 77);
}

/* A thread that locks, notes its turn, waits to be let go, and unlocks. */
struct party {
    struct test_thread thread;
    weir_mutex *m;
    weir_limit limit;
    WEIR_ATOMIC(unsigned) *turns;
    WEIR_ATOMIC(bool) *let_go;
    unsigned turn; /* 1, 2, ... */
    int status;
};

static void
take_turn(void *arg)
{
    struct party *p = arg;

    p->status = weir_mutex_lock_until(p->m, p->limit);
    if (p->status != WEIR_OK)
        return;
    p->turn = weir_fetch_add_rlx(p->turns, 1) + 1;
    while (!weir_load_acq(p->let_go))
        (void)sched_yield();
    weir_mutex_unlock(p->m);
}

enum { PARTIES = 6 };

struct queue {
    weir_mutex m;
    WEIR_ATOMIC(unsigned) turns;
    WEIR_ATOMIC(bool) let_go;
    struct party party[PARTIES];
};

static void
queue_start(struct queue *q, unsigned i, weir_limit limit)
{
    struct party *p = &q->party[i];

    p->m = &q->m;
    p->limit = limit;
    p->turns = &q->turns;
    p->let_go = &q->let_go;
    test_thread_start(&p->thread, take_turn, p);
    test_thread_await_asleep(&p->thread);
}

TEST(those_who_sleep_are_served_in_order)
{
    static struct queue q;

    weir_mutex_lock(&q.m);
    for (unsigned i = 0; i < PARTIES; i++)
        queue_start(&q, i, WEIR_FOREVER);
    EXPECT_TRUE(has(&q.m, MUTEX_LOCKED | MUTEX_PARKED));
    weir_store_rel(&q.let_go, true);
    weir_mutex_unlock(&q.m);
    for (unsigned i = 0; i < PARTIES; i++) {
        test_thread_join(&q.party[i].thread);
        EXPECT_OK(q.party[i].status);
        EXPECT_EQ(q.party[i].turn, i + 1);
    }
    EXPECT_TRUE(is_unused(&q.m));
}

TEST(wake_passes_those_who_left)
{
    static struct queue q;
    static struct weir_cancel cancel;
    weir_limit cancelled = WEIR_FOREVER;

    cancelled.cancel = &cancel;
    weir_mutex_lock(&q.m);
    queue_start(&q, 0, cancelled);
    queue_start(&q, 1, cancelled);
    queue_start(&q, 2, WEIR_FOREVER);
    wr_cancel_fire(&cancel, WEIR_CANCELED);
    weir_store_rel(&q.let_go, true);
    weir_mutex_unlock(&q.m);
    for (unsigned i = 0; i < 3; i++)
        test_thread_join(&q.party[i].thread);
    EXPECT_STATUS(q.party[0].status, WEIR_CANCELED);
    EXPECT_STATUS(q.party[1].status, WEIR_CANCELED);
    EXPECT_OK(q.party[2].status);
    EXPECT_TRUE(is_unused(&q.m));
}

/* Take the mutex from under the party that sleeps on it, until that party says
 * that it starves.  False: it was quicker, and has the mutex. */
static bool
starve(struct queue *q)
{
    const int64_t since_ns = wr_sys_now_ns();

    TEST_AWAIT(wr_sys_now_ns() - since_ns > WEIR_MS(3));
    weir_mutex_unlock(&q->m);
    if (weir_mutex_try_lock(&q->m) != WEIR_OK)
        return false;
    TEST_AWAIT(has(&q->m, MUTEX_STARVING) || !has(&q->m, MUTEX_WOKEN));
    return has(&q->m, MUTEX_STARVING);
}

TEST(who_starves_is_handed_the_mutex)
{
    static struct queue q;
    bool starves = false;

    while (!starves) {
        weir_store_rlx(&q.let_go, false);
        weir_mutex_lock(&q.m);
        queue_start(&q, 0, WEIR_FOREVER);
        starves = starve(&q);
        if (starves) {
            weir_mutex_unlock(&q.m);
            /* It may not even have run, and nobody can come between. */
            EXPECT_STATUS(weir_mutex_try_lock(&q.m), WEIR_AGAIN);
            EXPECT_STATUS(weir_mutex_lock_until(&q.m, past()), WEIR_TIMEOUT);
        }
        weir_store_rel(&q.let_go, true);
        test_thread_join(&q.party[0].thread);
    }
    EXPECT_TRUE(is_unused(&q.m));
}

TEST(nobody_starves_once_the_queue_is_young)
{
    static struct queue q;
    bool starves = false;

    while (!starves) {
        weir_store_rlx(&q.let_go, false);
        weir_mutex_lock(&q.m);
        queue_start(&q, 0, WEIR_FOREVER);
        starves = starve(&q);
        if (starves) {
            weir_mutex_unlock(&q.m);
            EXPECT_FALSE(has(&q.m, MUTEX_STARVING));
            EXPECT_TRUE(has(&q.m, MUTEX_LOCKED));
        }
        weir_store_rel(&q.let_go, true);
        test_thread_join(&q.party[0].thread);
    }
}

struct shared {
    weir_mutex m;
    uint64_t seed;
    uint64_t a;
    uint64_t b;
    WEIR_ATOMIC(uint64_t) entries;
    WEIR_ATOMIC(bool) torn;
};

static void
enter(struct shared *s, uint64_t *rand)
{
    const unsigned stay = (unsigned)(test_rand(rand) % 64);

    if (s->a != s->b)
        weir_store_rlx(&s->torn, true);
    s->a++;
    for (unsigned i = 0; i < stay; i++)
        weir_cpu_relax();
    if (test_rand(rand) % 1024 == 0)
        (void)sched_yield();
    s->b++;
    (void)weir_fetch_add_rlx(&s->entries, 1);
    weir_mutex_unlock(&s->m);
}

static void
mixed(void *arg, unsigned index)
{
    struct shared *s = arg;
    uint64_t rand = s->seed + index;
    const uint64_t rounds = test_rounds(20000);

    for (uint64_t i = 0; i < rounds; i++) {
        const uint64_t kind = test_rand(&rand) % 8;
        int status = WEIR_OK;

        if (kind < 5)
            weir_mutex_lock(&s->m);
        else if (kind == 5)
            status = weir_mutex_try_lock(&s->m);
        else
            status = weir_mutex_lock_until(
                &s->m, weir_deadline((int64_t)(test_rand(&rand) % 100000)));
        if (status == WEIR_OK)
            enter(s, &rand);
    }
}

TEST(mutex_excludes_under_stress)
{
    static const unsigned threads[] = { 2, 3, 8, 24 };

    for (unsigned i = 0; i < sizeof(threads) / sizeof(threads[0]); i++) {
        struct shared s = { WEIR_MUTEX_INIT, test_seed(), 0, 0, 0, false };

        test_threads(threads[i], mixed, &s);
        EXPECT_FALSE(weir_load_rlx(&s.torn));
        EXPECT_EQ(s.a, s.b);
        EXPECT_EQ(s.a, weir_load_rlx(&s.entries));
        EXPECT_TRUE(is_unused(&s.m));
    }
}

/* "lock; last = --users == 0; unlock; if (last) free", by pairs of threads. */
struct counted {
    weir_mutex m;
    int users;
};

struct handing {
    WEIR_ATOMIC(struct counted *) next;
    WEIR_ATOMIC(uint64_t) round;
};

static void
drop(struct counted *c)
{
    bool last;

    weir_mutex_lock(&c->m);
    last = --c->users == 0;
    weir_mutex_unlock(&c->m);
    if (last)
        free(c);
}

static void
drop_together(void *arg, unsigned index)
{
    struct handing *h = arg;
    const uint64_t rounds = test_rounds(100000);

    for (uint64_t i = 0; i < rounds; i++) {
        struct counted *c;

        if (index == 0) {
            TEST_AWAIT(weir_load_acq(&h->next) == NULL);
            c = calloc(1, sizeof(*c));
            c->users = 2;
            weir_store_rel(&h->next, c);
        } else {
            TEST_AWAIT((c = weir_load_acq(&h->next)) != NULL);
            weir_store_rel(&h->next, NULL);
        }
        drop(c);
    }
}

TEST(mutex_may_be_freed_by_its_next_owner)
{
    struct handing h = { NULL, 0 };

    test_threads(2, drop_together, &h);
    EXPECT_NULL(weir_load_rlx(&h.next));
}
