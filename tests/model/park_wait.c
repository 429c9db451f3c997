/* SPDX-License-Identifier: MIT */
/*
 * model/park_wait.c - waiters without a channel: claim, grant, leave, cancel,
 * and the chain of wakes.
 *
 * A meeting place: waiters enrol in one list under one lock; a completer waits
 * until enough stand there (it looks at ghosts, so no edge comes from that),
 * claims some under the lock and grants them after it.
 *
 *     completer            A                     B
 *     claim A, claim B (behind A), unlock
 *     grant A: wakes it
 *     grant B: hangs it on A's chain
 *                          takes its chain: wakes B
 */
#include "mc.h"

#include "park/cancel.h"
#include "park/lock.h"
#include "park/thread.h"
#include "park/waiter.h"

static struct wr_lock lock;
static struct wr_list list;
static wr_behind behind;
static struct weir_cancel source;
static int message[MC_MAX_THREADS]; /* plain: grant before wait's return */

/* Of three parties. */
#define BOUND_1 .bound = 1, .stale = 1, .stays = 1, .spurious = -1

enum { ENROLLED, SERVED, LEFT_ALONE, TIMED_OUT }; /* ghosts */

static void
prepare(void)
{
    wr_waiter_put(wr_waiter_get());
}

/* The status of a wait; the waiter is out of the list. */
static int
wait_here(weir_limit limit)
{
    struct wr_waiter *w = wr_waiter_get();
    int *mine = &message[mc_thread() - 1];
    bool left;
    int status;

    w->node.msg = mine;
    *mine = 0;
    wr_lock_acquire(&lock);
    wr_waiter_arm(w);
    wr_list_append(&list, &w->node.link);
    mc_ghost_add(ENROLLED, 1);
    wr_lock_release(&lock);
    status = wr_waiter_wait(w, limit, false, &left);
    if (left) {
        wr_lock_acquire(&lock);
        if (wr_link_is_linked(&w->node.link))
            wr_list_unlink(&list, &w->node.link);
        wr_lock_release(&lock);
        mc_assert(*mine == 0);
        mc_ghost_add(LEFT_ALONE, 1);
    } else {
        mc_assert(status == WEIR_OK && *mine == 1);
        mc_ghost_add(SERVED, 1);
    }
    wr_waiter_put(w);
    return status;
}

static void
until(int ghost, int64_t count)
{
    while (mc_ghost(ghost) < count)
        mc_relax();
}

/* Claim up to n at once, then grant them in turn: how many there were. */
static int
complete(int n)
{
    struct wr_node *node[2] = { NULL, NULL };
    int found = 0;

    wr_lock_acquire(&lock);
    while (found < n && (node[found] = wr_waiter_claim_first(&list, &behind)))
        found++;
    wr_lock_release(&lock);
    for (int i = 0; i < found; i++) {
        *(int *)node[i]->msg = 1;
        wr_waiter_grant(node[i], WEIR_OK);
    }
    return found;
}

static void
wait_one(void)
{
    (void)wait_here(WEIR_FOREVER);
}

static void
wait_two(void)
{
    (void)wait_here(WEIR_FOREVER);
    (void)wait_here(WEIR_FOREVER);
}

static void
wait_timed(void)
{
    (void)wait_here(weir_deadline(WEIR_S(3600)));
}

static void
complete_one(void)
{
    until(ENROLLED, 1);
    mc_assert(complete(1) == 1);
}

static void
complete_two(void)
{
    until(ENROLLED, 2);
    mc_assert(complete(2) == 2);
}

static void
all_gone(void)
{
    mc_assert(wr_list_is_empty(&list) && wr_list_is_empty(&source.waiters));
    mc_assert(mc_ghost(ENROLLED) == mc_ghost(SERVED) + mc_ghost(LEFT_ALONE));
}

MC_SCENARIO(wait_served, .setup = prepare, .check = all_gone,
            .threads = { wait_one, complete_one });

MC_SCENARIO(chain_two, .setup = prepare, .check = all_gone,
            .threads = { wait_one, wait_one, complete_two }, .bound = 2,
            .stale = 1, .stays = 1, .spurious = -1);

/* A waits again at once; its second wait ends only after B's first.  B must not
 * hang on that wait of A. */
static void
complete_two_then_one(void)
{
    until(ENROLLED, 2);
    mc_assert(complete(2) == 2);
    until(SERVED, 2);
    until(ENROLLED, 3);
    mc_assert(complete(1) == 1);
}

MC_SCENARIO(chain_waits_again, .setup = prepare, .check = all_gone,
            .threads = { wait_two, wait_one, complete_two_then_one }, BOUND_1);

/* Whoever leaves is not served, and the other way round. */
static void
complete_what_is_there(void)
{
    until(ENROLLED, 2);
    (void)complete(2);
    while (mc_ghost(SERVED) + mc_ghost(LEFT_ALONE) < 2) {
        mc_relax();
        (void)complete(1);
    }
}

static void
complete_once_timed(void)
{
    until(ENROLLED, 1);
    (void)complete(1);
}

MC_SCENARIO(wait_timed_served, .setup = prepare, .check = all_gone,
            .threads = { wait_timed, complete_once_timed });
MC_SCENARIO(chain_timed, .setup = prepare, .check = all_gone,
            .threads = { wait_timed, wait_one, complete_what_is_there },
            BOUND_1, .steps = 600);

/* Two completers, one after the other: what the first still reads is not what
 * the second writes. */
static void
complete_second(void)
{
    until(ENROLLED, 2);
    mc_assert(complete(1) == 1);
}

static void
complete_first(void)
{
    until(ENROLLED, 1);
    mc_assert(complete(1) == 1);
}

MC_SCENARIO(wait_twice_served, .setup = prepare, .check = all_gone,
            .threads = { wait_two, complete_first, complete_second },
            .bound = 2, .stale = 1, .stays = 1, .spurious = -1);

/* Cancel: the wait ends with its status, or was served. */
static int word_before; /* plain: before the fire, after the wait */

static void
wait_cancelled(void)
{
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &source;
    if (wait_here(limit) == WEIR_CANCELED)
        mc_assert(wr_cancel_status(&source) == WEIR_CANCELED);
}

static void
fire(void)
{
    word_before = 1;
    wr_cancel_fire(&source, WEIR_CANCELED);
}

static void
look_at_fired(void)
{
    if (wr_cancel_status(&source) == WEIR_CANCELED)
        mc_assert(word_before == 1);
}

static void
wait_fired(void)
{
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &source;
    if (wait_here(limit) == WEIR_CANCELED)
        mc_assert(word_before == 1);
}

MC_SCENARIO(cancel_wait, .setup = prepare, .check = all_gone,
            .threads = { wait_cancelled, fire });
MC_SCENARIO(cancel_orders_status, .threads = { look_at_fired, fire });
MC_SCENARIO(cancel_orders_wait, .setup = prepare, .check = all_gone,
            .threads = { wait_fired, fire });
MC_SCENARIO(cancel_never_fired, .setup = prepare, .check = all_gone,
            .threads = { wait_cancelled, complete_one });
MC_SCENARIO(cancel_against_grant, .setup = prepare, .check = all_gone,
            .threads = { wait_cancelled, complete_once_timed, fire },
            .stale = 1);
MC_SCENARIO(cancel_two_waits, .setup = prepare, .check = all_gone,
            .threads = { wait_cancelled, wait_cancelled, fire }, BOUND_1);

/* The next wait of the same waiter is none of that source's business. */
static void
wait_cancelled_then_wait(void)
{
    wait_cancelled();
    mc_assert(wait_here(WEIR_FOREVER) == WEIR_OK);
}

static void
complete_until_two_are_gone(void)
{
    while (mc_ghost(SERVED) + mc_ghost(LEFT_ALONE) < 2) {
        mc_relax();
        (void)complete(1);
    }
}

MC_SCENARIO(cancel_late, .setup = prepare, .check = all_gone,
            .threads = { wait_cancelled_then_wait, complete_until_two_are_gone,
                         fire },
            BOUND_1);

/* A parker that is no futex: it does not look at the word again, so the wake
 * itself must come after DONE, by whomever it is sent.
 *
 *     completer of B            party of A                party of B
 *     B.word: -> DONE
 *     A.chain: -> B       ->    takes it; B's token  ->   wakes; must see DONE
 */
static WEIR_ATOMIC(uint32_t) token[WR_LINK_FIRST_ID + 32];

static int
token_park(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns)
{
    (void)seen;
    (void)deadline_ns;
    while (weir_xchg_acq(&token[w->id], 0) == 0)
        (void)wr_sys_futex_wait(&token[w->id], 0, WR_NEVER);
    return 0;
}

static void
token_unpark(struct wr_waiter *w)
{
    weir_store_rel(&token[w->id], 1);
    wr_sys_futex_wake(&token[w->id], 1);
}

static const struct wr_parker token_parker = { token_park, token_unpark, true };

static void
wait_by_token(void)
{
    wr_sys_self()->parker = &token_parker;
    (void)wait_here(WEIR_FOREVER);
}

MC_SCENARIO(chain_by_token, .setup = prepare, .check = all_gone,
            .threads = { wait_by_token, wait_by_token, complete_two },
            .bound = 2, .stale = 1, .stays = 1, .spurious = -1);

/* A deadline strikes once: who is claimed already sleeps without one. */
static int
counted_park(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns)
{
    const int status = wr_sys_futex_wait(&w->word, seen, deadline_ns);

    if (status == WEIR_TIMEOUT)
        mc_assert(mc_ghost_add(TIMED_OUT, 1) == 1);
    return status;
}

static void
counted_unpark(struct wr_waiter *w)
{
    wr_sys_futex_wake(&w->word, 1);
}

static const struct wr_parker counted_parker = { counted_park, counted_unpark,
                                                 true };

static void
wait_counted(void)
{
    wr_sys_self()->parker = &counted_parker;
    wait_timed();
}

MC_SCENARIO(times_out_once, .setup = prepare, .check = all_gone,
            .threads = { wait_counted, complete_once_timed });
