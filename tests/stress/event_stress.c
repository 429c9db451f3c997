/* SPDX-License-Identifier: MIT */
/*
 * stress/event_stress.c - thousands of waits on one event; rows CH-37, SE-19.
 *
 * The event lies on the heap, and the last wait that it ended frees it: the set
 * may still be returning.  The sanitizers judge.
 */
#include "test.h"

#include <stdlib.h>

#include <weir/atomic.h>
#include <weir/cpu.h>
#include <weir/select.h>

WEIR_CHAN(ints, int);

struct round {
    weir_event *ev;
    ints *never;
    int message; /* plain: what the setter did before */
    WEIR_ATOMIC(unsigned) users;
    WEIR_ATOMIC(unsigned) seen;
};

static void
wait_in_some_way(struct round *r, unsigned way)
{
    int status = WEIR_TIMEOUT;
    int got;

    switch (way % 4) {
    case 0:
        status = weir_event_wait(r->ev);
        break;
    case 1:
        while (status == WEIR_TIMEOUT)
            status = weir_event_wait_until(r->ev, weir_deadline(WEIR_MS(80)));
        break;
    case 2:
        weir_select(s)
        {
            weir_on_recv(s, r->never, &got)
            {
            }
            weir_on_event(s, r->ev)
            {
                status = WEIR_OK;
            }
        }
        break;
    default:
        while (status != WEIR_OK) {
            weir_select(s)
            {
                weir_on_event(s, r->ev)
                {
                    status = WEIR_OK;
                }
                weir_on_event(s, r->ev)
                {
                    status = WEIR_OK;
                }
                weir_on_deadline(s, weir_deadline(WEIR_MS(50)))
                {
                }
            }
        }
    }
    EXPECT_OK(status);
}

static void
party(void *arg)
{
    struct round *r = arg;
    const unsigned way = weir_fetch_add_rlx(&r->seen, 1);

    wait_in_some_way(r, way);
    EXPECT_EQ(r->message, 1);
    if (weir_fetch_sub_acqrel(&r->users, 1) == 1)
        free(r->ev);
}

TEST(ch_37_set_ends_thousands_of_waits_and_the_last_frees_it)
{
    const unsigned parties = (unsigned)test_rounds(2000);
    struct test_thread *threads = calloc(parties, sizeof(*threads));
    struct round r = { .never = ints_make(0) };

    ASSERT_NOT_NULL(threads);
    r.ev = malloc(sizeof(*r.ev));
    *r.ev = (weir_event)WEIR_EVENT_INIT;
    weir_store_rlx(&r.users, parties);
    for (unsigned i = 0; i < parties; i++)
        test_thread_start(&threads[i], party, &r);
    test_thread_await_asleep(&threads[0]);
    r.message = 1;
    EXPECT_OK(weir_event_set(r.ev));
    for (unsigned i = 0; i < parties; i++)
        test_thread_join(&threads[i]);
    EXPECT_EQ(weir_load_rlx(&r.users), 0);
    ints_free(r.never);
    free(threads);
}

/* Few parties, many events: sets that meet arrivals and departures. */
static void
play(void *arg, unsigned index)
{
    struct round *r = arg;

    if (index > 0) {
        party(r);
        return;
    }
    for (unsigned i = weir_load_rlx(&r->users) * 3; i > 0; i--)
        weir_cpu_relax();
    r->message = 1;
    EXPECT_OK(weir_event_set(r->ev));
}

TEST(set_meets_arrivals_and_departures)
{
    const uint64_t rounds = test_rounds(400);
    ints *never = ints_make(0);

    for (uint64_t i = 0; i < rounds; i++) {
        struct round r = { .never = never };

        r.ev = malloc(sizeof(*r.ev));
        ASSERT_NOT_NULL(r.ev);
        *r.ev = (weir_event)WEIR_EVENT_INIT;
        weir_store_rlx(&r.users, 4);
        weir_store_rlx(&r.seen, (unsigned)i);
        test_threads(5, play, &r);
    }
    ints_free(never);
}
