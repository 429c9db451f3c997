// SPDX-License-Identifier: MIT
/*
 * load/private.h - k pairs at once, each with a channel of its own: what one
 * pair does must not depend on the others.
 *
 * Each pair is a stream of load/stream.h with its own sums.
 */
#ifndef BENCH_LOAD_PRIVATE_H
#define BENCH_LOAD_PRIVATE_H

#include "load/stream.h"

namespace bench
{

template <class Chan> struct PrivatePair {
    PrivatePair(const Topology &topology, const Place &place, size_t capacity)
        : chan(topology, place, capacity)
    {
    }

    Object<Chan> chan;
    alignas(128) std::atomic<int> producing{ 1 };
};

/* Sums by pair, and the slowest pair over the fastest. */
inline void
settle_private(Team &team, int pairs, Sample &sample)
{
    std::vector<double> each;

    for (int i = 0; i < pairs; i++) {
        const Worker &in = team.worker(2 * i);
        const Worker &out = team.worker(2 * i + 1);
        sample.wrong = sample.wrong || in.ops != out.ops || in.sum != out.sum ||
                       in.bits != out.bits;
        each.push_back(static_cast<double>(out.ops));
    }
    settle_turns(each, sample);
}

template <class Chan>
Sample
private_pairs(const Topology &topology, const Place &place, int pairs,
              size_t capacity, int64_t window_ns)
{
    Sample sample;
    std::deque<PrivatePair<Chan>> all;
    Team team(topology, place, 2 * pairs);

    for (int i = 0; i < pairs; i++)
        all.emplace_back(topology, place, capacity);
    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        PrivatePair<Chan> &own = all[static_cast<size_t>(w.index) / 2];
        if (w.index % 2 == 0)
            produce(w, *own.chan, own.producing, 1);
        else
            consume(w, *own.chan);
    });
    settle_private(team, pairs, sample);
    all[0].chan.tell(sample);
    finish_sample(sample, times, fits(place, team.size()));
    finish_latency(sample, team.merged());
    return sample;
}

} // namespace bench

#endif
