// SPDX-License-Identifier: MIT
/*
 * load/notes.h - the notes' own sweep: one producer, N observers.
 *
 * The producer locks and unlocks five times with a sleep of 1 ns after each;
 * every observer locks and unlocks once.  The notes start a goroutine per
 * observer; here observers are threads up to a bound, and beyond it that many
 * threads each play their part of the observers, one after another.  All wait
 * at a start line, so the time is that of the locks and the scheduler, not of
 * thread creation.  It ends when the last of all has ended.
 */
#ifndef BENCH_LOAD_NOTES_H
#define BENCH_LOAD_NOTES_H

#include "load/object.h"
#include "measure/clock.h"

#include <algorithm>

namespace bench
{

constexpr int observer_threads_max = 256;
constexpr int producer_rounds = 5;

inline int
observer_threads(int observers)
{
    return std::min(observers, observer_threads_max);
}

template <class Lock> struct Watched {
    alignas(128) Lock lock;
};

template <class Lock>
void
notes_producer(Worker &w, Watched<Lock> &watched)
{
    typename Lock::Seat seat;
    const timespec moment = { 0, 1 };

    w.start();
    for (int i = 0; i < producer_rounds; i++) {
        watched.lock.lock(seat);
        watched.lock.unlock(seat);
        (void)nanosleep(&moment, nullptr);
    }
    w.finish();
    w.ops = producer_rounds;
}

/** `shared` observers take the lock for reading, others exclusively. */
template <class Lock>
void
notes_observer(Worker &w, Watched<Lock> &watched, int observers)
{
    typename Lock::Seat seat;
    const int threads = observer_threads(observers);
    const int mine =
        observers / threads + (w.index - 1 < observers % threads ? 1 : 0);

    w.start();
    for (int i = 0; i < mine; i++) {
        watched.lock.observe(seat);
        watched.lock.unobserve(seat);
    }
    w.finish();
    w.ops = static_cast<uint64_t>(mine);
}

/** ns is the time of the whole test, as the notes print it. */
template <class Lock>
Sample
notes_load(const Topology &topology, const Place &place, int observers)
{
    Sample sample;
    Object<Watched<Lock>> watched(topology, place);
    Team team(topology, place, 1 + observer_threads(observers));
    uint64_t seen = 0;

    const TeamTimes times = team.run(0, [&](Worker &w) {
        if (w.index == 0)
            notes_producer(w, *watched);
        else
            notes_observer(w, *watched, observers);
    });
    for (int i = 1; i < team.size(); i++)
        seen += team.worker(i).ops;
    sample.wrong = seen != static_cast<uint64_t>(observers);
    sample.ops = 1;
    watched.tell(sample);
    finish_sample(sample, times, false);
    return sample;
}

} // namespace bench

#endif
