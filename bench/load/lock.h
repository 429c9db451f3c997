// SPDX-License-Identifier: MIT
/*
 * load/lock.h - workers fight for one mutex.
 *
 * Inside: a step of a shared random number, more of them for longer sections,
 * which the compiler cannot hoist, and counters on one or more shared lines.
 * Outside: steps of a private number.  The wait of every 64th operation is
 * timed, of every one where the longest gap between two turns is asked for.
 * At the end the first counter must equal the sum of all operations; a lock
 * that lets two in loses some.
 *
 * Source   D. Dice and A. Kogan's LBench for the shape of the section (2019)
 */
#ifndef BENCH_LOAD_LOCK_H
#define BENCH_LOAD_LOCK_H

#include "load/object.h"
#include "load/work.h"
#include "measure/clock.h"

#include <algorithm>

namespace bench
{

constexpr int shared_lines_max = 16;

/** What the workers do; sections are in steps (load/work.h). */
struct LockShape {
    int workers = 1;
    uint64_t inside = 1;
    uint64_t outside = 8;
    int lines = 1;           /**< shared lines written inside */
    uint64_t first_long = 0; /**< worker 0 instead holds it for so many */
    int64_t newcomer_ns = 0; /**< the last worker comes once in so long */
};

template <class Lock> struct Guarded {
    struct alignas(128) Line {
        uint64_t count = 0;
        uint64_t other = 0;
    };

    alignas(128) Lock lock;
    Line lines[shared_lines_max];
    Random random{ 1 };
};

template <class Lock>
inline void
locked_work(Guarded<Lock> &shared, uint64_t steps, int lines)
{
    const uint64_t sum = work(shared.random, steps);

    for (int i = 0; i < lines; i++) {
        shared.lines[i].count++;
        shared.lines[i].other += sum & 1;
    }
}

/* One operation; returns the tick at which the lock was had, if timed. */
template <bool timed, class Lock>
inline uint64_t
locked_step(Worker &w, Guarded<Lock> &shared, typename Lock::Seat &seat,
            uint64_t steps, int lines)
{
    const uint64_t before = timed ? ticks() : 0;
    uint64_t had = 0;

    shared.lock.lock(seat);
    if (timed) {
        had = ticks();
        w.hist->add(had - before);
    }
    locked_work(shared, steps, lines);
    shared.lock.unlock(seat);
    return had;
}

template <class Lock>
void
fight(Worker &w, Guarded<Lock> &shared, const LockShape &shape)
{
    typename Lock::Seat seat;
    Random random(static_cast<uint64_t>(w.index) + 7);
    const uint64_t inside =
        shape.first_long && w.index == 0 ? shape.first_long : shape.inside;
    const uint64_t outside = shape.outside;
    const int lines = shape.lines;
    uint64_t ops = 0, sink = 0;

    w.start();
    while (!w.stopped()) {
        if (ops % timed_every == 0)
            (void)locked_step<true>(w, shared, seat, inside, lines);
        else
            (void)locked_step<false>(w, shared, seat, inside, lines);
        ops++;
        sink += work(random, outside);
    }
    w.finish();
    w.ops = ops;
    w.bits = sink;
}

/** The longest gap between two turns of any worker, in ticks, is kept in
 * `sum`. */
template <class Lock>
void
fight_timed(Worker &w, Guarded<Lock> &shared, const LockShape &shape)
{
    typename Lock::Seat seat;
    Random random(static_cast<uint64_t>(w.index) + 7);
    uint64_t ops = 0, sink = 0, gap = 0;

    w.start();
    uint64_t last = w.begin_tick;
    while (!w.stopped()) {
        const uint64_t had =
            locked_step<true>(w, shared, seat, shape.inside, shape.lines);
        gap = std::max(gap, had - last);
        last = had;
        ops++;
        sink += work(random, shape.outside);
    }
    w.finish();
    w.ops = ops;
    w.bits = sink;
    w.sum = std::max(gap, w.end_tick - last);
}

/** Sleeps, and comes for the lock once in a while. */
template <class Lock>
void
visit(Worker &w, Guarded<Lock> &shared, const LockShape &shape)
{
    typename Lock::Seat seat;
    uint64_t ops = 0;

    w.start();
    do {
        sleep_until_ns(now_ns() + shape.newcomer_ns);
        (void)locked_step<true>(w, shared, seat, shape.inside, shape.lines);
        ops++;
    } while (!w.stopped());
    w.finish();
    w.ops = ops;
}

template <class Lock>
bool
lost_updates(Team &team, const Guarded<Lock> &shared)
{
    uint64_t ops = 0;

    for (int i = 0; i < team.size(); i++)
        ops += team.worker(i).ops;
    return shared.lines[0].count != ops;
}

/** Everybody alike, or one among them who holds the lock for long: then the
 * figure is that of the others. */
template <class Lock>
Sample
lock_load(const Topology &topology, const Place &place, const LockShape &shape,
          int64_t window_ns)
{
    Sample sample;
    Object<Guarded<Lock>> shared(topology, place);
    Team team(topology, place, shape.workers);
    const int first = shape.first_long ? 1 : 0;

    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { fight(w, *shared, shape); });
    settle_workers(team, first, sample);
    sample.wrong = lost_updates(team, *shared);
    shared.tell(sample);
    finish_sample(sample, times, fits(place, shape.workers));
    finish_latency(sample, merged_from(team, first));
    return sample;
}

/** As lock_load, with every operation timed and the longest gap. */
template <class Lock>
Sample
fair_load(const Topology &topology, const Place &place, const LockShape &shape,
          int64_t window_ns)
{
    Sample sample;
    Object<Guarded<Lock>> shared(topology, place);
    Team team(topology, place, shape.workers);
    uint64_t gap = 0;

    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { fight_timed(w, *shared, shape); });
    settle_workers(team, 0, sample);
    for (int i = 0; i < team.size(); i++)
        gap = std::max(gap, team.worker(i).sum);
    sample.gap_ns = ticks_to_ns(gap);
    sample.wrong = lost_updates(team, *shared);
    shared.tell(sample);
    finish_sample(sample, times, fits(place, shape.workers));
    finish_latency(sample, team.merged());
    return sample;
}

/** A newcomer among threads that fight all the time; the figure is the mean
 * of the middle half of its waits. */
template <class Lock>
Sample
newcomer_load(const Topology &topology, const Place &place,
              const LockShape &shape, int64_t window_ns)
{
    Sample sample;
    Object<Guarded<Lock>> shared(topology, place);
    Team team(topology, place, shape.workers);
    const int last = shape.workers - 1;

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == last)
            visit(w, *shared, shape);
        else
            fight(w, *shared, shape);
    });
    sample.ops = static_cast<double>(team.worker(last).ops);
    sample.wrong = lost_updates(team, *shared);
    shared.tell(sample);
    finish_sample(sample, times, false);
    finish_latency(sample, merged_from(team, last));
    sample.ns = middle_ns(merged_from(team, last));
    return sample;
}

} // namespace bench

#endif
