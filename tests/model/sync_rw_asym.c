/* SPDX-License-Identifier: MIT */
/*
 * model/sync_rw_asym.c - the RWMutex where heavy fences are granted: its ASYM
 * mode, the way into it and out of it, and sleeps on a table that rest on one.
 */
#include "rw_parts.h"

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

/* A wake that is lost after the first step of a
 * writer's sleep is a deadlock here. */
#define ASYM(id, ...)                                                          \
    MC_SCENARIO(id, .setup = prepare_asym, .check = is_free, __VA_ARGS__)
#define DIST(id, ...)                                                          \
    MC_SCENARIO(id, .setup = prepare_dist, .check = is_free, __VA_ARGS__)

ASYM(rw_asym, .threads = { READER_AND_WRITER }, .stale = 1);
ASYM(rw_asym_writes, .threads = { READER_AND_WRITES }, .stale = 1);
ASYM(rw_asym_two_readers, .threads = { READERS_AND_WRITER }, .bound = 1,
     .stale = 1, .big = true);
ASYM(rw_asym_two_writers, .threads = { READER_AND_WRITERS }, .bound = 1,
     .stale = 1, .big = true);
ASYM(rw_asym_two_readers_random, .threads = { READERS_AND_WRITER }, AT_RANDOM);
ASYM(rw_asym_two_writers_random, .threads = { READER_AND_WRITERS }, AT_RANDOM);
DIST(rw_dist, .threads = { READER_AND_WRITER }, .stale = 1);
DIST(rw_dist_two_readers, .threads = { READERS_AND_WRITER }, .bound = 1,
     .stale = 1, .big = true);
ASYM(rw_asym_try, .threads = { try_read, try_write });
ASYM(rw_asym_move, .threads = { read_and_move, write_once }, .stale = 1);
ASYM(rw_asym_move_two, .threads = { read_and_move, write_once, read_and_move },
     .bound = 1, .stale = 1, .big = true);
ASYM(rw_asym_hand_over, .threads = { read_and_hand_over, take_over });
ASYM(rw_asym_hand_over_write,
     .threads = { read_and_hand_over, take_over, write_once }, .bound = 1,
     .stale = 1, .big = true);
ASYM(rw_asym_hand_over_wake,
     .threads = { hand_over_and_stay, take_over, write_and_say }, .bound = 1,
     .stale = -1, .spurious = -1);
ASYM(rw_asym_hand_over_hop, .threads = { hand_over_and_read, take_over });
ASYM(rw_asym_hand_round,
     .threads = { read_and_give_back_another, take_over_and_say,
                  read_for_another },
     .bound = 1, .stale = 1);
ASYM(rw_asym_write_time_out, .threads = { read_once, write_timed },
     .allowed = both, .n_allowed = 2, .stale = 1);

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

DIST(rw_enter_asym, .threads = { read_and_enter_asym, write_once }, .stale = 1);
DIST(rw_enter_asym_two,
     .threads = { read_and_enter_asym, write_once, read_once }, .bound = 1,
     .stale = 1, .big = true);
ASYM(rw_enter_asym_again, .threads = { read_and_enter_asym, write_twice },
     .bound = 1, .stale = 1);
DIST(rw_enter_asym_random,
     .threads = { read_and_enter_asym, write_twice, read_twice }, AT_RANDOM);

/* A writer takes ASYM back: the next one needs no fence. */
static void
is_free_and_dist(void)
{
    mc_assert(!(weir_load_rlx(&rw.writers.word) & MUTEX_ASYM));
    is_free();
}

MC_SCENARIO(rw_asym_left, .setup = prepare_asym, .threads = { write_once },
            .check = is_free_and_dist);

/* Into ASYM while somebody sums. */
static void
enter_asym_and_read_for_another(void)
{
    wr_asym_enter(&rw);
    read_for_another();
}

DIST(rw_enter_asym_hand_round,
     .threads = { read_and_give_back_another, take_over_and_say,
                  enter_asym_and_read_for_another },
     .bound = 1, .stale = 1);
