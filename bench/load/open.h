// SPDX-License-Identifier: MIT
/*
 * load/open.h - messages at a fixed rate, whatever the channel does.
 *
 * Message i is due at start + i / rate.  The producer polls the cycle counter
 * until then; if it is late, because the channel made it wait or because it
 * was off its CPU, it sends at once and does not slow down the schedule.  A
 * message carries the tick at which it was due, and its delay is counted from
 * there: a wait is counted for every message that was due in it, not for the
 * one that was stuck (no coordinated omission).
 *
 * Limits   the counters of both CPUs agree, as invariant ones do; a message
 *          that seems to come before it was due counts as no delay
 * Source   G. Tene, "How NOT to Measure Latency" (2013)
 */
#ifndef BENCH_LOAD_OPEN_H
#define BENCH_LOAD_OPEN_H

#include "load/stream.h"

namespace bench
{

template <class Chan>
void
send_on_time(Worker &w, Chan &chan, uint64_t period_ticks)
{
    uint64_t ops = 0, sum = 0, bits = 0;

    w.start();
    uint64_t due = w.begin_tick;
    while (!w.stopped()) {
        due += period_ticks;
        while (static_cast<int64_t>(ticks() - due) < 0)
            weir_cpu_relax();
        chan.send(due);
        ops++;
        sum += due;
        bits ^= due * 0x9e3779b97f4a7c15ull;
    }
    w.finish();
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
    chan.send(end_mark);
}

template <class Chan>
void
note_delays(Worker &w, Chan &chan)
{
    uint64_t ops = 0, sum = 0, bits = 0;

    w.start();
    for (;;) {
        const uint64_t due = chan.recv();
        if (due == end_mark)
            break;
        const int64_t delay = static_cast<int64_t>(ticks() - due);
        w.hist->add(delay > 0 ? static_cast<uint64_t>(delay) : 0);
        ops++;
        sum += due;
        bits ^= due * 0x9e3779b97f4a7c15ull;
    }
    w.finish();
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
}

/** The sample's figure is the middle delay. */
template <class Chan>
Sample
open_loop(const Topology &topology, const Place &place, size_t capacity,
          double per_second, int64_t window_ns)
{
    Sample sample;
    const uint64_t period =
        static_cast<uint64_t>(1e9 / per_second / ns_per_tick());
    Object<Chan> chan(topology, place, capacity);
    Team team(topology, place, 2);

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            send_on_time(w, *chan, period);
        else
            note_delays(w, *chan);
    });
    settle_stream(team, { 1, 1, capacity }, sample);
    chan.tell(sample);
    finish_sample(sample, times, fits(place, 2));
    finish_latency(sample, team.merged());
    sample.ns = middle_ns(team.merged());
    return sample;
}

} // namespace bench

#endif
