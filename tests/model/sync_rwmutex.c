/* SPDX-License-Identifier: MIT */
/*
 * model/sync_rwmutex.c - the RWMutex: exclusion, moves, limits, free.
 *
 * A lost wake of a reader is a deadlock; that of a writer on a table costs a
 * step of its sleep, so the scenarios named _wake let no sleep time out, and
 * look at sequentially consistent schedules.
 * Above 60 steps, nearly all: two preemptions and one stale read, three threads
 * one of each, and seeded random runs with more.  Those marked .big have
 * 100 000 executions and more: in the tests they keep to the newest values.
 */
#include "rw_parts.h"

#include "park/cancel.h"

static struct weir_cancel cancel;

#define SCENARIO(id, ...)                                                      \
    MC_SCENARIO(id, .setup = prepare, .check = is_free, __VA_ARGS__)

SCENARIO(rw_reader_writer, .threads = { READER_AND_WRITER }, .stale = 1);
SCENARIO(rw_reader_writes, .threads = { READER_AND_WRITES }, .stale = 1);
SCENARIO(rw_two_readers, .threads = { READERS_AND_WRITER }, .bound = 1,
         .stale = 1, .big = true);
SCENARIO(rw_two_writers, .threads = { READER_AND_WRITERS }, .bound = 1,
         .stale = 1, .big = true);

SCENARIO(rw_two_readers_random, .threads = { READERS_AND_WRITER }, AT_RANDOM);
SCENARIO(rw_two_writers_random, .threads = { READER_AND_WRITERS }, AT_RANDOM);

/* The clock moves in whole looks, and by a step only when one was slept to its
 * end: that is a wake that was lost. */
static void
no_step(void)
{
    mc_assert(wr_sys_now_ns() % 10000000 == 0);
    is_free();
}

#define WAKES(id, ...)                                                         \
    MC_SCENARIO(id, .setup = prepare, .check = no_step, .stale = -1,           \
                .timeouts = -1, __VA_ARGS__)
#define NO_STEP .stale = -1, .timeouts = -1

WAKES(rw_reader_writer_wake, .threads = { READER_AND_WRITER });
WAKES(rw_reader_writes_wake, .threads = { READER_AND_WRITES });
WAKES(rw_two_readers_wake, .threads = { READERS_AND_WRITER }, .big = true);
SCENARIO(rw_two_writers_wake, .threads = { READER_AND_WRITERS }, NO_STEP,
         .big = true);

/* Whoever has no table: new threads, whose table a writer may not know. */
MC_SCENARIO(rw_new_reader, .threads = { read_once, write_once },
            .check = is_free, .stale = 1);

/* A thread that parks while it holds: the hold moves to central. */
static weir_mutex other = WEIR_MUTEX_INIT;

static void
read_and_park(void)
{
    weir_rwmutex_rlock(&rw);
    weir_mutex_lock(&other);
    read_data();
    weir_mutex_unlock(&other);
    read_data();
    weir_rwmutex_runlock(&rw);
}

static void
lock_other(void)
{
    weir_mutex_lock(&other);
    weir_mutex_unlock(&other);
}

SCENARIO(rw_park, .threads = { read_and_park, write_once, lock_other },
         .bound = 1, .stale = 1);
SCENARIO(rw_park_wake, .threads = { read_and_park, write_once, lock_other },
         NO_STEP);

SCENARIO(rw_move, .threads = { read_and_move, write_once }, .stale = 1);
SCENARIO(rw_move_two, .threads = { read_and_move, write_once, read_and_move },
         .bound = 1, .stale = 1, .big = true);
WAKES(rw_move_wake, .threads = { read_and_move, write_once });
WAKES(rw_move_two_wake, .threads = { read_and_move, write_once, read_and_move },
      .big = true);

SCENARIO(rw_move_two_random,
         .threads = { read_and_move, write_once, read_and_move }, AT_RANDOM);

/* With the thread's end, which moves the hold, at any moment. */
SCENARIO(rw_hand_over, .threads = { read_and_hand_over, take_over });
SCENARIO(rw_hand_over_write,
         .threads = { read_and_hand_over, take_over, write_once }, .bound = 1,
         .stale = 1, .big = true);

WAKES(rw_hand_over_wake,
      .threads = { hand_over_and_stay, take_over, write_and_say }, .bound = 1);

SCENARIO(rw_hand_over_hop, .threads = { hand_over_and_read, take_over });
SCENARIO(rw_hand_over_hop_write,
         .threads = { hand_over_and_read, take_over, write_once }, .bound = 1,
         .stale = -1);

SCENARIO(rw_hand_round,
         .threads = { read_and_give_back_another, take_over_and_say,
                      read_for_another },
         .bound = 1, .stale = 2, .big = true);

static void
read_limited(weir_limit limit)
{
    const int status = weir_rwmutex_rlock_until(&rw, limit);

    mc_outcome((uint64_t)(status != WEIR_OK));
    if (status != WEIR_OK)
        return;
    read_data();
    weir_rwmutex_runlock(&rw);
}

static void
read_timed(void)
{
    read_limited(weir_deadline(WEIR_S(10)));
}

SCENARIO(rw_read_time_out, .threads = { read_timed, write_once },
         .allowed = both, .n_allowed = 2, .stale = 1);
SCENARIO(rw_write_time_out, .threads = { read_once, write_timed },
         .allowed = both, .n_allowed = 2, .stale = 1);
SCENARIO(rw_write_time_out_moved, .threads = { read_and_move, write_timed },
         .allowed = both, .n_allowed = 2, .stale = 1);
/* Whom the writer that gives up has kept out must be let in. */
SCENARIO(rw_write_time_out_third,
         .threads = { read_once, write_timed, read_once }, .bound = 1,
         .stale = 1, .big = true, .allowed = both, .n_allowed = 2);

static void
read_cancelled(void)
{
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &cancel;
    read_limited(limit);
}

static void
write_cancelled(void)
{
    weir_limit limit = WEIR_FOREVER;

    limit.cancel = &cancel;
    write_limited(limit);
}

static void
fire(void)
{
    wr_cancel_fire(&cancel, WEIR_CANCELED);
}

SCENARIO(rw_read_cancel, .threads = { read_cancelled, write_once, fire },
         .bound = 1, .allowed = both, .n_allowed = 2, .stale = 1);
SCENARIO(rw_write_cancel, .threads = { read_and_move, write_cancelled, fire },
         .bound = 1, .allowed = both, .n_allowed = 2, .stale = 1);

SCENARIO(rw_try, .threads = { try_read, try_write });
SCENARIO(rw_try_and_wait, .threads = { read_once, try_write, write_once },
         .bound = 1, .stale = 1);

/* The writer that comes last frees the lock, at once. */
struct counted {
    weir_rwmutex rw;
    WEIR_ATOMIC(int) readers;
};
static struct counted *counted;

static void
make_counted(void)
{
    prepare();
    counted = wr_sys_alloc(sizeof(*counted));
    *counted = (struct counted){ WEIR_RWMUTEX_INIT, 0 };
}

static void
read_counted(void)
{
    weir_rwmutex_rlock(&counted->rw);
    weir_store_rlx(&counted->readers, 1);
    weir_rwmutex_runlock(&counted->rw);
}

static void
read_and_move_counted(void)
{
    weir_rwmutex_rlock(&counted->rw);
    weir_store_rlx(&counted->readers, 1);
    move();
    weir_rwmutex_runlock(&counted->rw);
}

/* Twice at any moment, then when the reader is in: a schedule that lets each of
 * its attempts meet a writer would keep it out for ever. */
static void
free_when_read(void)
{
    struct counted *c = counted;
    bool done = false;

    for (int i = 0; !done; i++) {
        while (i >= 2 && weir_load_rlx(&c->readers) == 0)
            weir_cpu_relax();
        weir_rwmutex_lock(&c->rw);
        done = weir_load_rlx(&c->readers) != 0;
        weir_rwmutex_unlock(&c->rw);
        if (!done)
            weir_cpu_relax();
    }
    wr_sys_free(c);
}

#define FREE(id, ...) MC_SCENARIO(id, .setup = make_counted, __VA_ARGS__)

FREE(rw_free, .threads = { read_counted, free_when_read }, .bound = 1,
     .stale = 1);
FREE(rw_free_moved, .threads = { read_and_move_counted, free_when_read },
     .bound = 1, .stale = 1);

/* More holds than slots: the eighth is central from the start. */
static void
read_eight(void)
{
    static weir_rwmutex more[HOLD_SLOTS];

    for (int i = 0; i < HOLD_SLOTS; i++)
        weir_rwmutex_rlock(&more[i]);
    read_once();
    for (int i = 0; i < HOLD_SLOTS; i++)
        weir_rwmutex_runlock(&more[i]);
}

SCENARIO(rw_no_slot, .threads = { read_eight, write_once });

/* A thread that sleeps has no hold in a slot (a task may wake elsewhere). */
static int
park_without_holds(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns)
{
    struct wr_holds *t = wr_sys_self()->holds;

    for (int i = 0; i < HOLD_SLOTS; i++)
        mc_assert(weir_load_rlx(&t->slot[i]) == NULL);
    return wr_sys_futex_wait(&w->word, seen, deadline_ns);
}

static void
unpark(struct wr_waiter *w)
{
    wr_sys_futex_wake(&w->word, 1);
}

static const struct wr_parker strict_parker = { park_without_holds, unpark,
                                                true };

static void
read_and_park_strictly(void)
{
    wr_sys_self()->parker = &strict_parker;
    read_and_park();
}

SCENARIO(rw_parks_without_holds,
         .threads = { read_and_park_strictly, lock_other }, .bound = 1,
         .stale = -1);

/* Who leaves last takes the bits with it that said that somebody waits. */
static void
prepare_written(void)
{
    prepare();
    weir_rwmutex_lock(&rw);
}

static void
read_in_vain(void)
{
    mc_assert(weir_rwmutex_rlock_until(&rw, weir_deadline(WEIR_S(10))) ==
              WEIR_TIMEOUT);
    mc_assert(weir_load_rlx(&rw.writers.word) == MUTEX_LOCKED);
}

static void
unlock_last(void)
{
    weir_rwmutex_unlock(&rw);
    is_free();
}

MC_SCENARIO(rw_read_left, .setup = prepare_written, .threads = { read_in_vain },
            .check = unlock_last);

static void
prepare_read(void)
{
    prepare();
    weir_rwmutex_rlock(&rw);
}

static void
write_in_vain(void)
{
    mc_assert(weir_rwmutex_lock_until(&rw, weir_deadline(WEIR_MS(50))) ==
              WEIR_TIMEOUT);
}

static void
nobody_wants(void)
{
    mc_assert(weir_load_rlx(&wr_sys_self()->holds->wanted) == 0);
    weir_rwmutex_runlock(&rw);
    is_free();
}

MC_SCENARIO(rw_write_left, .setup = prepare_read, .threads = { write_in_vain },
            .check = nobody_wants);

/* What is not read-locked is not given back. */
static void
misuse(void)
{
    weir_rwmutex_runlock(&rw);
}

MC_SCENARIO(rw_misuse, .setup = prepare, .threads = { misuse },
            .expect_bug = MC_PANIC);

static void
write_in_vain_on_central(void)
{
    write_in_vain();
    mc_assert(weir_load_rlx(&rw.central) == CENTRAL_HOLD && rw.drainer == 0);
}

static void
prepare_moved(void)
{
    prepare_read();
    move();
}

static void
runlock_last(void)
{
    weir_rwmutex_runlock(&rw);
    is_free();
}

MC_SCENARIO(rw_write_left_central, .setup = prepare_moved,
            .threads = { write_in_vain_on_central }, .check = runlock_last);

/* A reader that was let in by the unlock frees the lock, at once. */
static void
read_and_free(void)
{
    struct counted *c = counted;
    bool done;

    do {
        weir_rwmutex_rlock(&c->rw);
        done = weir_load_rlx(&c->readers) != 0;
        weir_rwmutex_runlock(&c->rw);
        if (!done)
            weir_cpu_relax();
    } while (!done);
    wr_sys_free(c);
}

static void
write_counted(void)
{
    weir_rwmutex_lock(&counted->rw);
    weir_store_rlx(&counted->readers, 1);
    weir_rwmutex_unlock(&counted->rw);
}

FREE(rw_free_admitted, .threads = { read_and_free, write_counted }, .bound = 1,
     .stale = -1);

/* The first table of a new slab, while all tables are woken. */
static void
prepare_slab(void)
{
    struct wr_thread *self = wr_sys_self();
    const struct wr_hold_ops *ops;

    prepare();
    for (int i = 0; i < 32; i++) {
        self->holds = NULL;
        (void)wr_holds_get();
    }
    ops = self->hold_ops;
    ops->at_exit(self);
}

static void
read_and_say(void)
{
    read_once();
    weir_store_rel(&written, 1);
}

MC_SCENARIO(rw_new_slab, .setup = prepare_slab,
            .threads = { hand_over_and_stay, take_over, read_and_say },
            .check = is_free, .bound = 1, .stale = -1);
