// SPDX-License-Identifier: MIT
/*
 * load/rw_writer.h - the write that comes once in a while among readers.
 *
 * Worker 0 polls the cycle counter until its next write is due and times the
 * write, that is waiting for the lock, writing and letting go.  The others read
 * all the time, or have read once and sleep.
 */
#ifndef BENCH_LOAD_RW_WRITER_H
#define BENCH_LOAD_RW_WRITER_H

#include "load/rw.h"

namespace bench
{

enum class Readers { idle, active };

struct WriterShape {
    int readers = 1;
    Readers what = Readers::active;
    double every_ns = 100000; /**< from the end of a write to the next one */
};

template <class Shared>
void
write_sometimes(Worker &w, Shared &shared, uint64_t pause)
{
    typename Shared::Seat seat;
    NoSection nothing(0);
    uint64_t writes = 0;

    w.start();
    while (!w.stopped()) {
        const uint64_t due = ticks() + pause;
        while (static_cast<int64_t>(ticks() - due) < 0 && !w.stopped())
            weir_cpu_relax();
        if (w.stopped())
            break;
        const uint64_t before = ticks();
        shared.write(seat, nothing);
        w.hist->add(ticks() - before);
        writes++;
    }
    w.finish();
    w.ops = writes;
    w.sum = writes;
}

template <class Shared>
void
read_always(Worker &w, Shared &shared)
{
    typename Shared::Seat seat;
    NoSection nothing(0);
    uint64_t reads = 0;
    bool right = true;

    w.start();
    while (!w.stopped()) {
        right &= shared.read(seat, nothing);
        reads++;
    }
    w.finish();
    w.ops = reads;
    w.wrong = !right;
}

template <class Shared>
void
read_once(Worker &w, Shared &shared)
{
    typename Shared::Seat seat;
    NoSection nothing(0);

    w.wrong = !shared.read(seat, nothing);
    w.start();
    while (!w.stopped())
        sleep_until_ns(now_ns() + 1000000);
    w.finish();
}

/** The sample's figure is the middle time of a write. */
template <class Shared>
Sample
writer_load(const Topology &topology, const Place &place,
            const WriterShape &shape, int64_t window_ns)
{
    Sample sample;
    Object<Shared> shared(topology, place);
    Team team(topology, place, 1 + shape.readers);
    const uint64_t pause =
        static_cast<uint64_t>(shape.every_ns / ns_per_tick());

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            write_sometimes(w, *shared, pause);
        else if (shape.what == Readers::active)
            read_always(w, *shared);
        else
            read_once(w, *shared);
    });
    sample.ops = static_cast<double>(team.worker(0).ops);
    sample.wrong = lost_writes(team, *shared);
    shared.tell(sample);
    finish_sample(sample, times, false);
    finish_latency(sample, team.merged());
    sample.ns = middle_ns(team.merged());
    return sample;
}

} // namespace bench

#endif
