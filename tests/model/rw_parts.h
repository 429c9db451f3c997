/* SPDX-License-Identifier: MIT */
/*
 * model/rw_parts.h - what the two files of RWMutex scenarios share: threads,
 * and what holds at the end.
 *
 * `data` is a plain variable that writers write and readers read: whoever is
 * in beside a writer races on it.
 */
#ifndef WEIR_MODEL_RW_PARTS_H
#define WEIR_MODEL_RW_PARTS_H

#include "mc.h"

#include "park/pool.h"
#include "sync/asym.h"

static weir_rwmutex rw = WEIR_RWMUTEX_INIT;
static int data;

/* The growth of the pools is not explored: each thread finds a free table. */
static inline void
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
static inline void
prepare(void)
{
    mc_refuse_heavy(true);
    make_tables();
}

/* The value is used, or the compiler would not read it. */
static inline void
read_data(void)
{
    mc_ghost_set(mc_thread(), data);
}

static inline void
read_once(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    weir_rwmutex_runlock(&rw);
}

static inline void
read_twice(void)
{
    read_once();
    read_once();
}

static inline void
write_once(void)
{
    weir_rwmutex_lock(&rw);
    data++;
    weir_rwmutex_unlock(&rw);
}

static inline void
write_twice(void)
{
    write_once();
    write_once();
}

static inline void
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

#define READER_AND_WRITER read_twice, write_once
#define READER_AND_WRITES read_once, write_twice
#define READERS_AND_WRITER read_once, write_once, read_once
#define READER_AND_WRITERS read_once, write_once, write_once

#define AT_RANDOM .random = 20000, .bound = 5, .stale = 4

/* A move as such, without what makes it happen. */
static inline void
move(void)
{
    struct wr_thread *self = wr_sys_self();

    if (self->hold_ops != NULL)
        self->hold_ops->before_park(self);
}

static inline void
read_and_move(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    move();
    read_data();
    weir_rwmutex_runlock(&rw);
}

/* A hold that its thread leaves behind: another gives it back. */
static WEIR_ATOMIC(int) handed;

static inline void
read_and_hand_over(void)
{
    weir_rwmutex_rlock(&rw);
    read_data();
    weir_store_rel(&handed, 1);
}

static inline void
take_over(void)
{
    while (!weir_load_acq(&handed))
        weir_cpu_relax();
    read_data();
    weir_rwmutex_runlock(&rw);
}

/* The holder stays: its slot still says that it reads when the hold is gone. */
static WEIR_ATOMIC(int) written;

static inline void
hand_over_and_stay(void)
{
    read_and_hand_over();
    while (!weir_load_acq(&written))
        weir_cpu_relax();
}

static inline void
write_and_say(void)
{
    write_once();
    weir_store_rel(&written, 1);
}

/* And a holder that takes and gives back others of its own meanwhile. */
static inline void
hand_over_and_read(void)
{
    read_and_hand_over();
    read_once();
    read_once();
}

/* Holds that go round: the hold that take_over() gives back moves from the
 * table of this thread to that of read_for_another() while it is being looked
 * for. */
static WEIR_ATOMIC(int) lent, returned;

static inline void
read_and_give_back_another(void)
{
    read_and_hand_over();
    while (!weir_load_acq(&lent))
        weir_cpu_relax();
    weir_rwmutex_runlock(&rw);
}

static inline void
read_for_another(void)
{
    (void)wr_holds_get(); /* so that the fast way in is explored */
    weir_rwmutex_rlock(&rw);
    weir_store_rel(&lent, 1);
    while (!weir_load_acq(&returned))
        weir_cpu_relax();
}

static inline void
take_over_and_say(void)
{
    take_over();
    weir_store_rel(&returned, 1);
}

__attribute__((unused)) static const uint64_t both[] = { 0, 1 };

static inline void
write_limited(weir_limit limit)
{
    const int status = weir_rwmutex_lock_until(&rw, limit);

    mc_outcome((uint64_t)(status != WEIR_OK));
    if (status != WEIR_OK)
        return;
    data++;
    weir_rwmutex_unlock(&rw);
}

/* Near enough that the clock of the checker gets there: a writer on a table
 * looks at it after each step. */
static inline void
write_timed(void)
{
    write_limited(weir_deadline(WEIR_MS(50)));
}

static inline void
try_read(void)
{
    if (weir_rwmutex_try_rlock(&rw) != WEIR_OK)
        return;
    read_data();
    weir_rwmutex_runlock(&rw);
}

static inline void
try_write(void)
{
    if (weir_rwmutex_try_lock(&rw) != WEIR_OK)
        return;
    data++;
    weir_rwmutex_unlock(&rw);
}

#endif
