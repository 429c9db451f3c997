// SPDX-License-Identifier: MIT
/* cells/locks.h - the locks that cells compare, as lists of types. */
#ifndef BENCH_CELLS_LOCKS_H
#define BENCH_CELLS_LOCKS_H

#include "cells/make.h"
#include "impl/lock_pthread.h"
#include "impl/lock_weir.h"
#if WEIR_BENCH_HAVE_CK
#include "impl/lock_ck.h"
#endif
#if WEIR_BENCH_HAVE_URCU
#include "impl/pair_urcu.h"
#endif
#include "load/rw.h"

namespace bench
{

/** One, two and all CPUs matter most, then more threads, then the rest. */
inline int
lock_priority(const Topology &topology, int threads, int base)
{
    const int pus = static_cast<int>(topology.pus.size());

    if (threads <= 2 || threads == pus)
        return base;
    return threads > pus ? base + 2 : base + 3;
}

/** weir's mutex, and the pthread mutex twice. */
template <class Make>
void
add_two_mutexes(Cell &cell, Make make)
{
    add_contender(cell, "weir", Role::weir, make(Type<WeirMutex>()));
    add_contender(cell, "pthread", Role::baseline, make(Type<PthreadMutex>()));
    add_contender(cell, "pthread-again", Role::again,
                  make(Type<PthreadMutex>()));
}

/** add_two_mutexes and those that spin. */
template <class Make>
void
add_mutexes(Cell &cell, Make make)
{
    add_two_mutexes(cell, make);
    add_contender(cell, "pthread-adaptive", Role::peer,
                  make(Type<PthreadAdaptive>()));
#if WEIR_BENCH_HAVE_CK
    add_contender(cell, "ck-fas", Role::peer, make(Type<CkFas>())).spins = true;
    add_contender(cell, "ck-ticket", Role::peer, make(Type<CkTicket>())).spins =
        true;
#endif
}

/** Locks that know readers, over the same two words: weir's and pthread's. */
template <class Make>
void
add_pthread_pairs(Cell &cell, Make make)
{
    add_contender(cell, "weir-rwmutex", Role::weir,
                  make(Type<GuardedPair<WeirRw>>()));
    add_contender(cell, "weir-mutex", Role::weir,
                  make(Type<GuardedPair<WeirMutex>>()));
    add_contender(cell, "pthread-rwlock", Role::baseline,
                  make(Type<GuardedPair<PthreadRw>>()));
    add_contender(cell, "pthread-rwlock-again", Role::again,
                  make(Type<GuardedPair<PthreadRw>>()));
    add_contender(cell, "pthread-rwlock-writers", Role::peer,
                  make(Type<GuardedPair<PthreadRwWriters>>()))
        .note = "PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP";
    add_contender(cell, "pthread-mutex", Role::peer,
                  make(Type<GuardedPair<PthreadMutex>>()));
}

/** liburcu's read side: the floor of what a read can cost. */
template <class Make>
void
add_floor_pair(Cell &cell, Make make)
{
#if WEIR_BENCH_HAVE_URCU
    Contender &urcu =
        add_contender(cell, "urcu-memb", Role::floor, make(Type<UrcuPair>()));
    urcu.note = "another contract: readers are never kept out (floor)";
    urcu.flags = "_LGPL_SOURCE: read side inlined";
#endif
    (void)cell;
    (void)make;
}

/** add_pthread_pairs and everything else that is built in. */
template <class Make>
void
add_pairs(Cell &cell, Make make)
{
    add_pthread_pairs(cell, make);
#if WEIR_BENCH_HAVE_CK
    add_contender(cell, "ck-rwlock", Role::peer,
                  make(Type<GuardedPair<CkRw>>()))
        .spins = true;
    add_contender(cell, "ck-brlock", Role::peer,
                  make(Type<GuardedPair<CkBr>>()))
        .spins = true;
    add_contender(cell, "ck-fas", Role::peer, make(Type<GuardedPair<CkFas>>()))
        .spins = true;
#endif
    add_floor_pair(cell, make);
}

} // namespace bench

#endif
