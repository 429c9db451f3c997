/* SPDX-License-Identifier: MIT */
/*
 * model/sync_event.c - the event: set against waits that come, sleep and leave.
 *
 * The setter writes a plain message before; whoever finds the event set reads
 * it.  Where the event lies on the heap, the last wait that it ended frees it:
 * the set may then still be returning.
 */
#include "mc.h"

#include "park/cancel.h"
#include "park/thread.h"
#include "sync/event.h"

static weir_event event;
static weir_event *heap;
static int message;
static WEIR_ATOMIC(int) users;
static struct weir_cancel source;

enum { WON, ENDED, LEFT_ALONE }; /* ghosts */

/* Strikes when the checker says. */
#define MAY_TIME_OUT weir_deadline(WEIR_S(3600))

#define BOUND_1 .bound = 1, .stale = 1, .stays = 1, .spurious = -1

static void
prepare(void)
{
    wr_waiter_put(wr_waiter_get());
}

static void
set(void)
{
    message = 1;
    if (weir_event_set(&event) == WEIR_OK)
        mc_ghost_add(WON, 1);
}

static void
set_only(void)
{
    if (weir_event_set(&event) == WEIR_OK)
        mc_ghost_add(WON, 1);
}

static void
wait_only(void)
{
    const int status = weir_event_wait_until(&event, MAY_TIME_OUT);

    mc_assert(status == WEIR_OK || status == WEIR_TIMEOUT);
}

static void
see(int status)
{
    if (status == WEIR_OK) {
        mc_assert(message == 1 && weir_event_is_set(&event));
        mc_ghost_add(ENDED, 1);
    } else {
        mc_ghost_add(LEFT_ALONE, 1);
    }
}

static void
wait(void)
{
    const int status = weir_event_wait(&event);

    mc_assert(status == WEIR_OK);
    see(status);
}

static void
wait_timed(void)
{
    const int status = weir_event_wait_until(&event, MAY_TIME_OUT);

    mc_assert(status == WEIR_OK || status == WEIR_TIMEOUT);
    see(status);
}

static void
wait_cancelled(void)
{
    const weir_limit limit = { INT64_MAX, &source };
    const int status = weir_event_wait_until(&event, limit);

    mc_assert(status == WEIR_OK || status == WEIR_CANCELED);
    see(status);
}

static void
fire(void)
{
    wr_cancel_fire(&source, WEIR_CANCELED);
}

static void
look(void)
{
    if (weir_event_is_set(&event))
        mc_assert(message == 1);
}

static void
try(void)
{
    see(weir_event_try_wait(&event));
}

/* Nobody is left in the list, and the lock is free. */
static void
all_gone(void)
{
    mc_assert(mc_ghost(WON) == 1);
    mc_assert(weir_load_rlx(&event.word) == EVENT_SET);
    mc_assert(wr_list_is_empty(wr_event_list(&event)));
}

MC_SCENARIO(event_wait, .setup = prepare, .check = all_gone,
            .threads = { wait, set });
MC_SCENARIO(event_look, .setup = prepare, .check = all_gone,
            .threads = { look, set });
MC_SCENARIO(event_timed, .setup = prepare, .check = all_gone,
            .threads = { wait_timed, set });
MC_SCENARIO(event_cancelled, .setup = prepare, .check = all_gone,
            .threads = { wait_cancelled, set, fire }, BOUND_1);
MC_SCENARIO(event_two_waits, .setup = prepare, .check = all_gone,
            .threads = { wait, wait, set }, BOUND_1);
MC_SCENARIO(event_wait_beside_timed, .setup = prepare, .check = all_gone,
            .threads = { wait, wait_timed, set }, BOUND_1);
MC_SCENARIO(event_two_sets, .setup = prepare, .check = all_gone,
            .threads = { set_only, set_only, wait_only }, BOUND_1);
MC_SCENARIO(event_try, .setup = prepare, .check = all_gone,
            .threads = { try, wait, set }, BOUND_1);

/* On the heap. */
static void
prepare_heap(void)
{
    prepare();
    heap = mc_alloc(sizeof(*heap));
    *heap = (weir_event)WEIR_EVENT_INIT;
}

static void
prepare_heap_2(void)
{
    prepare_heap();
    weir_store_rlx(&users, 2);
}

static void
set_heap(void)
{
    mc_assert(weir_event_set(heap) == WEIR_OK);
}

static void
wait_and_free(void)
{
    mc_assert(weir_event_wait(heap) == WEIR_OK);
    mc_free(heap);
}

static void
let_go(void)
{
    if (weir_fetch_sub_acqrel(&users, 1) == 1)
        mc_free(heap);
}

static void
wait_and_let_go(void)
{
    mc_assert(weir_event_wait(heap) == WEIR_OK);
    let_go();
}

/* It may end without the event being set; then the other one frees it. */
static void
leave_and_let_go(void)
{
    while (weir_event_wait_until(heap, MAY_TIME_OUT) != WEIR_OK)
        ;
    let_go();
}

static void
try_and_let_go(void)
{
    while (weir_event_try_wait(heap) != WEIR_OK)
        mc_relax();
    let_go();
}

static void
poll_and_let_go(void)
{
    while (!weir_event_is_set(heap))
        mc_relax();
    let_go();
}

MC_SCENARIO(event_freed, .setup = prepare_heap,
            .threads = { wait_and_free, set_heap });
MC_SCENARIO(event_freed_by_last, .setup = prepare_heap_2,
            .threads = { wait_and_let_go, wait_and_let_go, set_heap }, BOUND_1);
MC_SCENARIO(event_freed_after_leave, .setup = prepare_heap_2,
            .threads = { wait_and_let_go, leave_and_let_go, set_heap },
            .bound = 1, .stale = -1, .stays = 1, .spurious = -1, .timeouts = 1);
MC_SCENARIO(event_freed_after_try, .setup = prepare_heap_2,
            .threads = { wait_and_let_go, try_and_let_go, set_heap }, BOUND_1);
MC_SCENARIO(event_freed_after_poll, .setup = prepare_heap_2,
            .threads = { poll_and_let_go, leave_and_let_go, set_heap },
            .bound = 1, .stale = 1, .stays = 1, .spurious = -1, .timeouts = 1);
MC_SCENARIO(event_freed_after_look, .setup = prepare_heap_2,
            .threads = { poll_and_let_go, try_and_let_go, set_heap }, BOUND_1);
