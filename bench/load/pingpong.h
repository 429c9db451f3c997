// SPDX-License-Identifier: MIT
/*
 * load/pingpong.h - one message goes to and fro between two workers, each way
 * through a channel of its own.
 *
 * Every round trip is timed; one reading of the counter ends a trip and begins
 * the next.  The answer must be the question.
 */
#ifndef BENCH_LOAD_PINGPONG_H
#define BENCH_LOAD_PINGPONG_H

#include "load/stream.h"

namespace bench
{

template <class Chan>
void
ask(Worker &w, Chan &there, Chan &back)
{
    uint64_t n = 0;

    w.start();
    uint64_t before = ticks();
    while (!w.stopped()) {
        there.send(n);
        if (back.recv() != n)
            w.wrong = true;
        n++;
        const uint64_t now = ticks();
        w.hist->add(now - before);
        before = now;
    }
    w.finish();
    w.ops = n;
    there.send(end_mark);
}

template <class Chan>
void
answer(Worker &w, Chan &there, Chan &back)
{
    w.start();
    for (;;) {
        const uint64_t message = there.recv();
        if (message == end_mark)
            break;
        back.send(message);
    }
    w.finish();
}

/* Two workers and a channel for each way: near(w, there, back) on one side and
 * far(w, there, back) on the other. */
template <class Chan, class Near, class Far>
Sample
two_ways(const Topology &topology, const Place &place, size_t capacity,
         int64_t window_ns, Near near, Far far)
{
    Sample sample;
    Object<Chan> there(topology, place, capacity);
    Object<Chan> back(topology, place, capacity);
    Team team(topology, place, 2);

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            near(w, *there, *back);
        else
            far(w, *there, *back);
    });
    sample.ops = static_cast<double>(team.worker(0).ops);
    there.tell(sample);
    finish_sample(sample, times, fits(place, 2));
    finish_latency(sample, team.merged());
    return sample;
}

template <class Chan>
Sample
pingpong(const Topology &topology, const Place &place, size_t capacity,
         int64_t window_ns)
{
    return two_ways<Chan>(topology, place, capacity, window_ns, ask<Chan>,
                          answer<Chan>);
}

} // namespace bench

#endif
