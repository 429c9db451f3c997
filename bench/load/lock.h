// SPDX-License-Identifier: MIT
/*
 * load/lock.h - workers fight for one mutex.
 *
 * Inside: two shared counters on one line and a step of a shared random
 * number, which the compiler cannot hoist.  Outside: steps of a private one.
 * The wait of every 64th operation is timed: two readings of the counter cost
 * more than an uncontended lock.  At the end the counters must equal the sum
 * of all operations; a lock that lets two in loses some.
 */
#ifndef BENCH_LOAD_LOCK_H
#define BENCH_LOAD_LOCK_H

#include "load/object.h"
#include "measure/clock.h"
#include "measure/stats.h"

#include <algorithm>

namespace bench
{

constexpr uint64_t timed_every = 64;

template <class Lock> struct Guarded {
    alignas(128) Lock lock;
    alignas(128) uint64_t first = 0;
    uint64_t second = 0;
    Random random{ 1 };
};

template <class Lock>
void
locked_step(Guarded<Lock> &shared, typename Lock::Seat &seat)
{
    shared.lock.lock(seat);
    shared.first++;
    shared.second += shared.random.next() & 1;
    shared.lock.unlock(seat);
}

template <class Lock>
void
fight(Worker &w, Guarded<Lock> &shared, int outside)
{
    typename Lock::Seat seat;
    Random random(static_cast<uint64_t>(w.index) + 7);
    uint64_t ops = 0, sink = 0;

    w.start();
    while (!w.stopped()) {
        if (ops % timed_every == 0) {
            const uint64_t before = ticks();
            shared.lock.lock(seat);
            w.hist->add(ticks() - before);
            shared.first++;
            shared.second += shared.random.next() & 1;
            shared.lock.unlock(seat);
        } else {
            locked_step(shared, seat);
        }
        ops++;
        for (int i = 0; i < outside; i++)
            sink += random.next();
    }
    w.finish();
    w.ops = ops;
    w.bits = sink;
}

/** Slowest worker's operations over the fastest's, and their sum. */
double settle_shares(Team &team, Sample &sample);

template <class Lock>
Sample
lock_load(const Topology &topology, const Place &place, int workers,
          int outside, int64_t window_ns)
{
    Sample sample;
    Object<Guarded<Lock>> shared(topology, place);
    Team team(topology, place, workers);

    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { fight(w, *shared, outside); });
    sample.share = settle_shares(team, sample);
    sample.wrong = static_cast<double>(shared->first) != sample.ops;
    shared.tell(sample);
    finish_sample(sample, times, fits(place, workers));
    finish_latency(sample, team.merged());
    return sample;
}

} // namespace bench

#endif
