// SPDX-License-Identifier: MIT
/*
 * load/rw.h - readers and a share of writers over one reader-writer lock.
 *
 * A read compares two words that every write changes together; a difference
 * means that a reader was let in beside a writer.  The gap to a worker's next
 * write is drawn beforehand, so that a read pays one decrement for the choice.
 * Every 256th operation, a read, is timed: a read costs a tenth of a lock, and
 * the two readings of the counter must stay small beside it.
 *
 * A section runs while the lock is held: nothing, or steps of a private random
 * number (load/work.h).
 */
#ifndef BENCH_LOAD_RW_H
#define BENCH_LOAD_RW_H

#include "load/object.h"
#include "load/work.h"
#include "measure/clock.h"

#include <cmath>

namespace bench
{

constexpr uint64_t read_timed_every = 256;

/** Reads until the next write when `share` of all operations are writes. */
class WriteGap
{
  public:
    WriteGap(double share, uint64_t seed) : share_(share), random_(seed)
    {
    }

    uint64_t next()
    {
        if (share_ <= 0)
            return UINT64_MAX;
        const double u =
            (static_cast<double>(random_.next() >> 11) + 0.5) * 0x1p-53;
        return static_cast<uint64_t>(std::log(u) / std::log1p(-share_));
    }

  private:
    double share_;
    Random random_;
};

struct NoSection {
    explicit NoSection(int)
    {
    }
    void operator()() const
    {
    }
};

class Section
{
  public:
    Section(int worker, uint64_t steps)
        : random_(static_cast<uint64_t>(worker) + 11), steps_(steps)
    {
    }
    void operator()()
    {
        uint64_t sum = work(random_, steps_);
        __asm__ volatile("" : "+r"(sum));
    }

  private:
    Random random_;
    uint64_t steps_;
};

/** A lock whose protected data are two words, written together. */
template <class Lock> struct GuardedPair {
    alignas(128) Lock lock;
    alignas(128) uint64_t first = 0;
    uint64_t second = 0;

    using Seat = typename Lock::Seat;

    /* The empty statement forces both loads between lock and unlock. */
    template <class Inside> bool read(Seat &seat, Inside &inside)
    {
        lock.rlock(seat);
        const uint64_t one = first;
        __asm__ volatile("" : : : "memory");
        inside();
        const uint64_t two = second;
        lock.runlock(seat);
        return one == two;
    }

    template <class Inside> void write(Seat &seat, Inside &inside)
    {
        lock.lock(seat);
        first++;
        __asm__ volatile("" : : : "memory");
        inside();
        second++;
        lock.unlock(seat);
    }

    uint64_t writes() const
    {
        return second;
    }
};

template <class Shared, class Inside>
void
read_mostly(Worker &w, Shared &shared, double write_share, Inside inside)
{
    typename Shared::Seat seat;
    WriteGap gap(write_share, static_cast<uint64_t>(w.index) + 3);
    uint64_t ops = 0, writes = 0, left = gap.next();
    bool right = true;

    w.start();
    while (!w.stopped()) {
        const uint64_t before = ticks();
        right &= shared.read(seat, inside);
        w.hist->add(ticks() - before);
        for (uint64_t i = 1; i < read_timed_every; i++) {
            if (left-- != 0) {
                right &= shared.read(seat, inside);
                continue;
            }
            shared.write(seat, inside);
            writes++;
            left = gap.next();
        }
        ops += read_timed_every;
    }
    w.finish();
    w.ops = ops;
    w.sum = writes;
    w.wrong = !right;
}

/* Writes that the workers made, in their `sum`, against those that are there.
 */
template <class Shared>
bool
lost_writes(Team &team, const Shared &shared)
{
    uint64_t writes = 0;

    for (int i = 0; i < team.size(); i++)
        writes += team.worker(i).sum;
    return writes != shared.writes();
}

struct RwShape {
    int workers = 1;
    double write_share = 0;
    uint64_t inside = 0; /**< steps of a section, of reads and writes alike */
};

template <class Shared>
Sample
rw_load(const Topology &topology, const Place &place, const RwShape &shape,
        int64_t window_ns)
{
    Sample sample;
    Object<Shared> shared(topology, place);
    Team team(topology, place, shape.workers);

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (shape.inside == 0)
            read_mostly(w, *shared, shape.write_share, NoSection(w.index));
        else
            read_mostly(w, *shared, shape.write_share,
                        Section(w.index, shape.inside));
    });
    settle_workers(team, 0, sample);
    sample.wrong = lost_writes(team, *shared);
    shared.tell(sample);
    finish_sample(sample, times, fits(place, shape.workers));
    finish_latency(sample, team.merged());
    return sample;
}

} // namespace bench

#endif
