// SPDX-License-Identifier: MIT
/*
 * load/rw_phases.h - a long time of reads, a burst of writes, reads again.
 *
 * Worker 0 is the writer: it sleeps, writes `burst` times in a row, and
 * publishes the tick at which it was done.  Readers read in batches, of which
 * they know the time.  One operation is a read in the millisecond after a
 * burst, counted per reader; the histogram has the time from the end of a burst
 * to the end of the first batch that costs at most twice the best one of that
 * reader: how long until reads are fast again.
 *
 * Race
 *     writer                                    readers
 *     done = tick (REL)   <-- phases.done -->   see another tick (ACQ)
 */
#ifndef BENCH_LOAD_RW_PHASES_H
#define BENCH_LOAD_RW_PHASES_H

#include "load/rw_writer.h"

#include <weir/atomic.h>

namespace bench
{

constexpr int phase_burst = 32;
constexpr int64_t phase_quiet_ns = 4000000;
constexpr double phase_after_ns = 1000000;
constexpr uint64_t phase_batch = 32;

template <class Shared> struct Phases {
    Shared shared;
    alignas(128) WEIR_ATOMIC(uint64_t) done = 0;
};

template <class Shared>
void
write_bursts(Worker &w, Phases<Shared> &phases)
{
    typename Shared::Seat seat;
    NoSection nothing(0);
    uint64_t writes = 0;

    w.start();
    while (!w.stopped()) {
        sleep_until_ns(now_ns() + phase_quiet_ns);
        for (int i = 0; i < phase_burst; i++)
            phases.shared.write(seat, nothing);
        writes += phase_burst;
        /* order(phases.done) REL: the writes are over; pairs with
         * read_phases */
        weir_store_rel(&phases.done, ticks());
    }
    w.finish();
    w.sum = writes;
}

/* What one reader knows about the present phase. */
class ReaderOfPhases
{
  public:
    explicit ReaderOfPhases(Worker &w)
        : w_(w), after_(static_cast<uint64_t>(phase_after_ns / ns_per_tick()))
    {
    }

    /** A batch from `before` to `now`; `done` ends the last burst, or is 0. */
    void note(uint64_t done, uint64_t before, uint64_t now)
    {
        if (done != seen_) {
            seen_ = done;
            slow_ = true;
        }
        if (seen_ != 0 && before < seen_)
            return; /* began in the burst */
        if (slow_ && now - before <= 2 * best_) {
            w_.hist->add(now - seen_);
            slow_ = false;
        }
        if (seen_ == 0 || now - seen_ > after_) {
            best_ = std::min(best_, now - before);
            return;
        }
        w_.ops += phase_batch;
        w_.bits += now - before;
    }

  private:
    Worker &w_;
    const uint64_t after_;
    uint64_t seen_ = 0;
    uint64_t best_ = UINT64_MAX / 2;
    bool slow_ = false;
};

template <class Shared>
void
read_phases(Worker &w, Phases<Shared> &phases)
{
    typename Shared::Seat seat;
    NoSection nothing(0);
    ReaderOfPhases reader(w);
    bool right = true;

    w.start();
    uint64_t before = ticks();
    while (!w.stopped()) {
        for (uint64_t i = 0; i < phase_batch; i++)
            right &= phases.shared.read(seat, nothing);
        const uint64_t now = ticks();
        /* order(phases.done) ACQ: the burst is over; pairs with
         * write_bursts */
        reader.note(weir_load_acq(&phases.done), before, now);
        before = now;
    }
    w.finish();
    w.wrong = !right;
}

/** The sample's figure is a reader's time per read after a burst. */
template <class Shared>
Sample
phases_load(const Topology &topology, const Place &place, int readers,
            int64_t window_ns)
{
    Sample sample;
    Object<Phases<Shared>> phases(topology, place);
    Team team(topology, place, 1 + readers);
    uint64_t spent = 0;

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            write_bursts(w, *phases);
        else
            read_phases(w, *phases);
    });
    settle_workers(team, 1, sample);
    for (int i = 1; i < team.size(); i++)
        spent += team.worker(i).bits;
    sample.wrong = lost_writes(team, phases->shared);
    phases.tell(sample);
    finish_sample(sample, times, fits(place, team.size()));
    finish_latency(sample, merged_from(team, 1));
    if (sample.ops > 0)
        sample.ns = ticks_to_ns(spent) / sample.ops;
    return sample;
}

} // namespace bench

#endif
