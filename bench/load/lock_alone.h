// SPDX-License-Identifier: MIT
/*
 * load/lock_alone.h - what a mutex costs a single thread: one that is always
 * at hand, and one of a million that lie anywhere in memory.
 *
 * Each lock guards a counter beside it; the counters must come to the number of
 * operations.  The cold walk visits all locks in an order without a pattern,
 * so a lock's size counts: that is what a program with a lock per object has.
 */
#ifndef BENCH_LOAD_LOCK_ALONE_H
#define BENCH_LOAD_LOCK_ALONE_H

#include "load/alone.h"

namespace bench
{

template <class Lock> struct Counted {
    Lock lock;
    uint64_t count = 0;
};

template <class Lock>
inline void
count_one(Counted<Lock> &item, typename Lock::Seat &seat)
{
    item.lock.lock(seat);
    item.count++;
    item.lock.unlock(seat);
}

template <class Lock>
Sample
lock_hot(const Topology &topology, const Place &place, int64_t window_ns)
{
    Object<Counted<Lock>> item(topology, place);
    typename Lock::Seat seat;

    Sample sample = alone(topology, place, window_ns, [&](uint64_t) {
        for (uint64_t i = 0; i < alone_batch; i++)
            count_one(*item, seat);
        return true;
    });
    sample.wrong = static_cast<double>(item->count) != sample.ops;
    return sample;
}

constexpr uint64_t cold_locks = 1 << 20;

template <class Lock> struct ColdLocks {
    Counted<Lock> items[cold_locks];
};

/* A full walk: the multiplier is 1 modulo 4, the addend is odd. */
inline uint64_t
next_cold(uint64_t at)
{
    return (at * 1664525 + 1013904223) % cold_locks;
}

template <class Lock>
Sample
lock_cold(const Topology &topology, const Place &place, int64_t window_ns)
{
    Object<ColdLocks<Lock>> all(topology, place);
    typename Lock::Seat seat;
    uint64_t at = 0, sum = 0;

    Sample sample = alone(topology, place, window_ns, [&](uint64_t) {
        for (uint64_t i = 0; i < alone_batch; i++) {
            count_one(all->items[at], seat);
            at = next_cold(at);
        }
        return true;
    });
    for (const Counted<Lock> &item : all->items)
        sum += item.count;
    sample.wrong = static_cast<double>(sum) != sample.ops;
    sample.bytes = sizeof(Counted<Lock>);
    return sample;
}

} // namespace bench

#endif
