/* SPDX-License-Identifier: MIT */
/*
 * model/select_event.c - an event as one of a select's cases, beside a
 * channel, and twice.
 */
#define CAP 1
#define BOUNDS .bound = 2, .stale = 1, .hints = "policy.c"

#include "select_parts.h"
#include "sync/event.h"

static weir_event event;
static weir_event *heap;
static int message;

#define WHEN(ev)                                                               \
    {                                                                          \
        ev, NULL, WEIR_CASE_EVENT, 0                                           \
    }

#define CANCELLED ((weir_limit){ INT64_MAX, &source })

enum { SET_SEEN = FREED + 2 }; /* ghost */

/* As choose(), and what the setter wrote before. */
static void
choose_of(weir_case *cases, size_t n, weir_limit limit)
{
    const int at = choose(cases, n, limit);

    if (at < 0 || cases[at].op != WEIR_CASE_EVENT)
        return;
    mc_assert(message == 1);
    mc_ghost_set(SET_SEEN, 1);
}

#define CHOOSES(name, limit, ...)                                              \
    static void name(void)                                                     \
    {                                                                          \
        long a = 0;                                                            \
        weir_case cases[] = { __VA_ARGS__ };                                   \
                                                                               \
        (void)a;                                                               \
        choose_of(cases, sizeof(cases) / sizeof(cases[0]), limit);             \
    }

CHOOSES(event_or_recv, WEIR_FOREVER, WHEN(&event), FROM(x, &a))
CHOOSES(event_or_recv_timed, MAY_TIME_OUT, WHEN(&event), FROM(x, &a))
CHOOSES(event_or_recv_cancelled, CANCELLED, WHEN(&event), FROM(x, &a))
CHOOSES(event_twice, WEIR_FOREVER, WHEN(&event), WHEN(&event), FROM(x, &a))
CHOOSES(recv_or_heap, WEIR_FOREVER, FROM(x, &a), WHEN(heap))

static void
set(void)
{
    message = 1;
    mc_assert(weir_event_set(&event) == WEIR_OK);
}

static void
fire(void)
{
    wr_cancel_fire(&source, WEIR_CANCELED);
}

static void
send_x(void)
{
    send_one(x, 3, WEIR_FOREVER);
}

static void
wait_event(void)
{
    mc_assert(weir_event_wait(&event) == WEIR_OK && message == 1);
}

/* The accounts are right, and nobody is left in the event's list. */
static void
settle_event(void)
{
    mc_assert(wr_list_is_empty(wr_event_list(&event)));
    settle_accounts();
}

#define MEET(id, ...)                                                          \
    MC_SCENARIO(id, .setup = open_channels, .threads = { __VA_ARGS__ },        \
                .check = settle_event, BOUNDS)

MEET(event_alone, event_or_recv, set);
MEET(event_not_set, event_or_recv, send_x);
MEET(event_timed, event_or_recv_timed, set);
MEET(event_duplicate, event_twice, set);

/* The select frees the event that ended it. */
static void
open_heap(void)
{
    open_channels();
    heap = mc_alloc(sizeof(*heap));
    *heap = (weir_event)WEIR_EVENT_INIT;
}

static void
recv_or_heap_and_free(void)
{
    recv_or_heap();
    mc_assert(mc_ghost(SET_SEEN));
    mc_free(heap);
}

static void
set_heap(void)
{
    message = 1;
    mc_assert(weir_event_set(heap) == WEIR_OK);
}

MC_SCENARIO(event_freed_by_select, .setup = open_heap, .check = settle_accounts,
            .threads = { recv_or_heap_and_free, set_heap }, BOUNDS);

/*
 * One instant: the event is set before x loses its message, so a default must
 * not be taken.
 */
static void
fill_x(void)
{
    open_channels();
    send_one(x, 1, MAY_TIME_OUT);
}

static void
set_and_take(void)
{
    set();
    recv_one(x, MAY_TIME_OUT);
}

static void
never_default(void)
{
    long a;
    weir_case cases[] = { WHEN(&event), FROM(x, &a) };
    const int at = weir_try_selectv(cases, 2, WEIR_SELECT_ORDERED);

    mc_assert(at >= 0);
    if (at == 1)
        mc_ghost_add(GOT, a);
}

MC_SCENARIO(event_one_instant, .setup = fill_x, .check = settle_accounts,
            .threads = { set_and_take, never_default }, BOUNDS);

#undef BOUNDS
#define BOUNDS                                                                 \
    .bound = 1, .stale = -1, .timeouts = 1, .spurious = -1, .hints = "policy.c"

MEET(event_and_send, event_or_recv, set, send_x);
MEET(event_cancelled, event_or_recv_cancelled, set, fire);
MEET(event_beside_wait, event_or_recv_timed, set, wait_event);
