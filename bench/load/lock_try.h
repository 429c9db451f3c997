// SPDX-License-Identifier: MIT
/*
 * load/lock_try.h - threads that do not wait for a mutex, or not for long.
 *
 * A storm: everybody tries until it succeeds; one operation is a success.
 * With a deadline: one operation is a call that ended, by the lock or by time.
 * Either way the counter under the lock must equal the successes; a waiter that
 * leaves and takes a wake with it would leave all others asleep.
 */
#ifndef BENCH_LOAD_LOCK_TRY_H
#define BENCH_LOAD_LOCK_TRY_H

#include "load/lock.h"

namespace bench
{

template <class Lock>
void
storm(Worker &w, Guarded<Lock> &shared, const LockShape &shape)
{
    typename Lock::Seat seat;
    Random random(static_cast<uint64_t>(w.index) + 7);
    uint64_t got = 0, sink = 0;

    w.start();
    while (!w.stopped()) {
        if (!shared.lock.try_lock(seat))
            continue;
        locked_work(shared, shape.inside, shape.lines);
        shared.lock.unlock(seat);
        got++;
        sink += work(random, shape.outside);
    }
    w.finish();
    w.ops = got;
    w.sum = got;
    w.bits = sink;
}

template <class Lock>
void
wait_briefly(Worker &w, Guarded<Lock> &shared, const LockShape &shape,
             int64_t deadline_ns)
{
    typename Lock::Seat seat;
    Random random(static_cast<uint64_t>(w.index) + 7);
    uint64_t ops = 0, got = 0, sink = 0;

    w.start();
    while (!w.stopped()) {
        const uint64_t before = ticks();
        const bool had = shared.lock.lock_for(seat, deadline_ns);
        w.hist->add(ticks() - before);
        if (had) {
            locked_work(shared, shape.inside, shape.lines);
            shared.lock.unlock(seat);
            got++;
        }
        ops++;
        sink += work(random, shape.outside);
    }
    w.finish();
    w.ops = ops;
    w.sum = got;
    w.bits = sink;
}

template <class Lock, class Body>
Sample
try_load(const Topology &topology, const Place &place, const LockShape &shape,
         int64_t window_ns, Body body)
{
    Sample sample;
    Object<Guarded<Lock>> shared(topology, place);
    Team team(topology, place, shape.workers);
    uint64_t got = 0;

    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { body(w, *shared); });
    settle_workers(team, 0, sample);
    for (int i = 0; i < team.size(); i++)
        got += team.worker(i).sum;
    sample.wrong = shared->lines[0].count != got;
    shared.tell(sample);
    finish_sample(sample, times, fits(place, shape.workers));
    finish_latency(sample, team.merged());
    return sample;
}

template <class Lock>
Sample
storm_load(const Topology &topology, const Place &place, const LockShape &shape,
           int64_t window_ns)
{
    return try_load<Lock>(
        topology, place, shape, window_ns,
        [&](Worker &w, Guarded<Lock> &shared) { storm(w, shared, shape); });
}

template <class Lock>
Sample
deadline_load(const Topology &topology, const Place &place,
              const LockShape &shape, int64_t deadline_ns, int64_t window_ns)
{
    return try_load<Lock>(topology, place, shape, window_ns,
                          [&](Worker &w, Guarded<Lock> &shared) {
                              wait_briefly(w, shared, shape, deadline_ns);
                          });
}

} // namespace bench

#endif
