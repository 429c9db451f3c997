/* SPDX-License-Identifier: MIT */
/*
 * model/sync_rwmutex.c - the RWMutex: exclusion, moves, limits, free.
 *
 * `data` is a plain variable that writers write and readers read: whoever is
 * in beside a writer races on it.  A lost wake of a reader is a deadlock; that
 * of a writer on a table costs a step of its sleep, so the scenarios named
 * _wake let no sleep time out, and look at sequentially consistent schedules.
 */
#include "mc.h"

#include "park/cancel.h"
#include "park/pool.h"
#include "sync/asym.h"

static weir_rwmutex rw = WEIR_RWMUTEX_INIT;
static int data;
static struct weir_cancel cancel;

/* The growth of the pools is not explored: each thread finds a free table. */
static void
make_tables(void)
{
    struct wr_thread *self = wr_sys_self();
    const struct wr_hold_ops *ops;
    struct wr_holds *tables[3];

    wr_waiter_put(wr_waiter_get());
    for (int i = 0; i < 3; i++) {
        self->holds = NULL;
        tables[i] = wr_holds_get();
    }
    ops = self->hold_ops;
    for (int i = 0; i < 3; i++) {
        self->holds = tables[i];
        ops->at_exit(self);
    }
}

/* In DIST mode, and no heavy fence to be had. */
static void
prepare(void)
{
    mc_refuse_heavy(true);
    make_tables();
}

/* In ASYM mode. */
static void
prepare_asym(void)
{
    mc_refuse_heavy(false);
    make_tables();
    wr_asym_enter(&rw);
}

/* In DIST mode, but a writer may make a heavy fence before it sleeps. */
static void
prepare_dist(void)
{
    mc_refuse_heavy(false);
    make_tables();
}

/* The value is used, or the compiler would not read it. */
static void
read_data(void)
{
    mc_ghost_set(mc_thread(), data);
}

static void
read_once(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    weir_rwmutex_runlock(&rw);
}

static void
read_twice(void)
{
    read_once();
    read_once();
}

static void
write_once(void)
{
    weir_rwmutex_lock(&rw);
    data++;
    weir_rwmutex_unlock(&rw);
}

static void
write_twice(void)
{
    write_once();
    write_once();
}

static void
is_free(void)
{
    mc_assert((weir_load_rlx(&rw.writers.word) % MUTEX_WRITES & ~MUTEX_ASYM) ==
              0);
    mc_assert(rw.writers.queue == NULL && rw.readers == NULL);
    mc_assert(weir_load_rlx(&rw.writers.list_lock) == LOCK_FREE);
    mc_assert(weir_load_rlx(&rw.central) == 0 && rw.drainer == 0);
    mc_assert(weir_rwmutex_try_lock(&rw) == WEIR_OK);
    weir_rwmutex_unlock(&rw);
}

#define SCENARIO(id, ...)                                                      \
    MC_SCENARIO(id, .setup = prepare, .check = is_free, __VA_ARGS__)

#define READER_AND_WRITER read_twice, write_once
#define READER_AND_WRITES read_once, write_twice
#define READERS_AND_WRITER read_once, write_once, read_once
#define READER_AND_WRITERS read_once, write_once, write_once

SCENARIO(rw_reader_writer, .threads = { READER_AND_WRITER });
SCENARIO(rw_reader_writes, .threads = { READER_AND_WRITES });
SCENARIO(rw_two_readers, .threads = { READERS_AND_WRITER }, .bound = 1,
         .stale = 1);
SCENARIO(rw_two_writers, .threads = { READER_AND_WRITERS }, .bound = 1,
         .stale = 1);

/* The same, further afield. */
#define AT_RANDOM .random = 20000, .bound = 5, .stale = 4

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
WAKES(rw_two_readers_wake, .threads = { READERS_AND_WRITER });
SCENARIO(rw_two_writers_wake, .threads = { READER_AND_WRITERS }, NO_STEP);

/* Whoever has no table: new threads, whose table a writer may not know. */
MC_SCENARIO(rw_new_reader, .threads = { read_once, write_once },
            .check = is_free);

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

/* A move as such, without what makes it happen. */
static void
move(void)
{
    struct wr_thread *self = wr_sys_self();

    if (self->hold_ops != NULL)
        self->hold_ops->before_park(self);
}

static void
read_and_move(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    move();
    read_data();
    weir_rwmutex_runlock(&rw);
}

SCENARIO(rw_move, .threads = { read_and_move, write_once });
SCENARIO(rw_move_two, .threads = { read_and_move, write_once, read_and_move },
         .bound = 1, .stale = 1);
WAKES(rw_move_wake, .threads = { read_and_move, write_once });
WAKES(rw_move_two_wake,
      .threads = { read_and_move, write_once, read_and_move });

SCENARIO(rw_move_two_random,
         .threads = { read_and_move, write_once, read_and_move }, AT_RANDOM);

/* A hold that its thread leaves behind: another gives it back. */
static WEIR_ATOMIC(int) handed;

static void
read_and_hand_over(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    weir_store_rel(&handed, 1);
}

static void
take_over(void)
{
    while (!weir_load_acq(&handed))
        weir_cpu_relax();
    read_data();
    weir_rwmutex_runlock(&rw);
}

/* With the thread's end, which moves the hold, at any moment. */
SCENARIO(rw_hand_over, .threads = { read_and_hand_over, take_over });
SCENARIO(rw_hand_over_write,
         .threads = { read_and_hand_over, take_over, write_once }, .bound = 1,
         .stale = 1);

/* The holder stays: its slot still says that it reads when the hold is gone. */
static WEIR_ATOMIC(int) written;

static void
hand_over_and_stay(void)
{
    read_and_hand_over();
    while (!weir_load_acq(&written))
        weir_cpu_relax();
}

static void
write_and_say(void)
{
    write_once();
    weir_store_rel(&written, 1);
}

WAKES(rw_hand_over_wake,
      .threads = { hand_over_and_stay, take_over, write_and_say }, .bound = 1);

/* And a holder that takes and gives back others of its own meanwhile. */
static void
hand_over_and_read(void)
{
    read_and_hand_over();
    read_once();
    read_once();
}

SCENARIO(rw_hand_over_hop, .threads = { hand_over_and_read, take_over });
SCENARIO(rw_hand_over_hop_write,
         .threads = { hand_over_and_read, take_over, write_once }, .bound = 1,
         .stale = -1);

/* Holds that go round: the hold that take_over() gives back moves from the
 * table of this thread to that of read_for_another() while it is being looked
 * for. */
static WEIR_ATOMIC(int) lent, returned;

static void
read_and_give_back_another(void)
{
    read_and_hand_over();
    while (!weir_load_acq(&lent))
        weir_cpu_relax();
    weir_rwmutex_runlock(&rw);
}

static void
read_for_another(void)
{
    weir_rwmutex_rlock(&rw);
    weir_store_rel(&lent, 1);
    while (!weir_load_acq(&returned))
        weir_cpu_relax();
}

static void
take_over_and_say(void)
{
    take_over();
    weir_store_rel(&returned, 1);
}

SCENARIO(rw_hand_round,
         .threads = { read_and_give_back_another, take_over_and_say,
                      read_for_another },
         .bound = 1, .stale = 2);

static const uint64_t both[] = { 0, 1 };

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
write_limited(weir_limit limit)
{
    const int status = weir_rwmutex_lock_until(&rw, limit);

    mc_outcome((uint64_t)(status != WEIR_OK));
    if (status != WEIR_OK)
        return;
    data++;
    weir_rwmutex_unlock(&rw);
}

static void
read_timed(void)
{
    read_limited(weir_deadline(WEIR_S(10)));
}

/* Near enough that the clock of the checker gets there: a writer on a table
 * looks at it after each step. */
static void
write_timed(void)
{
    write_limited(weir_deadline(WEIR_MS(50)));
}

SCENARIO(rw_read_time_out, .threads = { read_timed, write_once },
         .allowed = both, .n_allowed = 2);
SCENARIO(rw_write_time_out, .threads = { read_once, write_timed },
         .allowed = both, .n_allowed = 2);
SCENARIO(rw_write_time_out_moved, .threads = { read_and_move, write_timed },
         .allowed = both, .n_allowed = 2);
/* Whom the writer that gives up has kept out must be let in. */
SCENARIO(rw_write_time_out_third,
         .threads = { read_once, write_timed, read_once }, .bound = 1,
         .stale = 1, .allowed = both, .n_allowed = 2);

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
         .bound = 1, .allowed = both, .n_allowed = 2);
SCENARIO(rw_write_cancel, .threads = { read_and_move, write_cancelled, fire },
         .bound = 1, .allowed = both, .n_allowed = 2);

static void
try_read(void)
{
    if (weir_rwmutex_try_rlock(&rw) != WEIR_OK)
        return;
    read_data();
    weir_rwmutex_runlock(&rw);
}

static void
try_write(void)
{
    if (weir_rwmutex_try_lock(&rw) != WEIR_OK)
        return;
    data++;
    weir_rwmutex_unlock(&rw);
}

SCENARIO(rw_try, .threads = { try_read, try_write });
SCENARIO(rw_try_and_wait, .threads = { read_once, try_write, write_once },
         .bound = 1);

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

static void
free_when_read(void)
{
    struct counted *c = counted;
    bool done;

    do {
        weir_rwmutex_lock(&c->rw);
        done = weir_load_rlx(&c->readers) != 0;
        weir_rwmutex_unlock(&c->rw);
        if (!done)
            weir_cpu_relax();
    } while (!done);
    wr_sys_free(c);
}

#define FREE(id, ...) MC_SCENARIO(id, .setup = make_counted, __VA_ARGS__)

FREE(rw_free, .threads = { read_counted, free_when_read }, .bound = 1);
FREE(rw_free_moved, .threads = { read_and_move_counted, free_when_read },
     .bound = 1);

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

/* The same in ASYM mode.  A wake that is lost after the first step of a
 * writer's sleep is a deadlock here. */
#define ASYM(id, ...)                                                          \
    MC_SCENARIO(id, .setup = prepare_asym, .check = is_free, __VA_ARGS__)
#define DIST(id, ...)                                                          \
    MC_SCENARIO(id, .setup = prepare_dist, .check = is_free, __VA_ARGS__)

ASYM(rw_asym, .threads = { READER_AND_WRITER });
ASYM(rw_asym_writes, .threads = { READER_AND_WRITES });
ASYM(rw_asym_two_readers, .threads = { READERS_AND_WRITER }, .bound = 1,
     .stale = 1);
ASYM(rw_asym_two_writers, .threads = { READER_AND_WRITERS }, .bound = 1,
     .stale = 1);
ASYM(rw_asym_two_readers_random, .threads = { READERS_AND_WRITER }, AT_RANDOM);
ASYM(rw_asym_two_writers_random, .threads = { READER_AND_WRITERS }, AT_RANDOM);
DIST(rw_dist, .threads = { READER_AND_WRITER });
DIST(rw_dist_two_readers, .threads = { READERS_AND_WRITER }, .bound = 1,
     .stale = 1);
ASYM(rw_asym_try, .threads = { try_read, try_write });
ASYM(rw_asym_move, .threads = { read_and_move, write_once });
ASYM(rw_asym_move_two, .threads = { read_and_move, write_once, read_and_move },
     .bound = 1, .stale = 1);
ASYM(rw_asym_hand_over, .threads = { read_and_hand_over, take_over });
ASYM(rw_asym_hand_over_write,
     .threads = { read_and_hand_over, take_over, write_once }, .bound = 1,
     .stale = 1);
ASYM(rw_asym_hand_over_wake,
     .threads = { hand_over_and_stay, take_over, write_and_say }, .bound = 1,
     .stale = -1);
ASYM(rw_asym_hand_over_hop, .threads = { hand_over_and_read, take_over });
ASYM(rw_asym_hand_round,
     .threads = { read_and_give_back_another, take_over_and_say,
                  read_for_another },
     .bound = 1, .stale = 2);
ASYM(rw_asym_write_time_out, .threads = { read_once, write_timed },
     .allowed = both, .n_allowed = 2);

/* Back to ASYM at any moment. */
static void
read_and_enter_asym(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    wr_asym_enter(&rw);
    weir_rwmutex_runlock(&rw);
    read_once();
}

DIST(rw_enter_asym, .threads = { read_and_enter_asym, write_once });
DIST(rw_enter_asym_two,
     .threads = { read_and_enter_asym, write_once, read_once }, .bound = 1,
     .stale = 1);
ASYM(rw_enter_asym_again, .threads = { read_and_enter_asym, write_twice },
     .bound = 1);
DIST(rw_enter_asym_random,
     .threads = { read_and_enter_asym, write_twice, read_twice }, AT_RANDOM);
