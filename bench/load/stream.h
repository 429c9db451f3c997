// SPDX-License-Identifier: MIT
/*
 * load/stream.h - producers send numbers through one channel to consumers for
 * the length of a window.
 *
 * Every message carries its producer and its number.  Both sides add and xor
 * what passes; if the totals differ, a message was lost, doubled or torn.  The
 * last producer to stop sends one end mark per consumer.  The window closes
 * when the last consumer has seen its mark, so draining counts as work.  Every
 * 64th send is timed.
 */
#ifndef BENCH_LOAD_STREAM_H
#define BENCH_LOAD_STREAM_H

#include "load/object.h"
#include "load/work.h"
#include "measure/clock.h"
#include "measure/team.h"
#include "run/sample.h"

#include <algorithm>

namespace bench
{

struct StreamShape {
    int producers;
    int consumers;
    size_t capacity;
};

constexpr uint64_t end_mark = UINT64_MAX;

/** Deals roles so that neighbours are a producer and a consumer. */
inline bool
is_consumer(const StreamShape &shape, int index)
{
    const int all = shape.producers + shape.consumers;

    return (index + 1) * shape.consumers / all > index * shape.consumers / all;
}

template <class Chan>
void
produce(Worker &w, Chan &chan, std::atomic<int> &producing, int consumers)
{
    uint64_t message = static_cast<uint64_t>(w.index) << 40;
    uint64_t ops = 0, sum = 0, bits = 0;

    w.start();
    while (!w.stopped()) {
        if (ops % timed_every == 0) {
            const uint64_t before = ticks();
            chan.send(message);
            w.hist->add(ticks() - before);
        } else {
            chan.send(message);
        }
        ops++;
        sum += message;
        bits ^= message * 0x9e3779b97f4a7c15ull;
        message++;
    }
    w.finish();
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
    if (producing.fetch_sub(1) == 1)
        for (int i = 0; i < consumers; i++)
            chan.send(end_mark);
}

template <class Chan>
void
consume(Worker &w, Chan &chan)
{
    uint64_t ops = 0, sum = 0, bits = 0;

    w.start();
    for (;;) {
        const uint64_t message = chan.recv();
        if (message == end_mark)
            break;
        ops++;
        sum += message;
        bits ^= message * 0x9e3779b97f4a7c15ull;
    }
    w.finish();
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
}

/* Totals of both sides, and the spread among producers. */
inline void
settle_stream(Team &team, const StreamShape &shape, Sample &sample)
{
    Worker in, out;
    std::vector<double> sent;

    for (int i = 0; i < team.size(); i++) {
        const Worker &w = team.worker(i);
        Worker &side = is_consumer(shape, i) ? out : in;
        side.ops += w.ops;
        side.sum += w.sum;
        side.bits ^= w.bits;
        if (!is_consumer(shape, i))
            sent.push_back(static_cast<double>(w.ops));
    }
    settle_turns(sent, sample);
    sample.wrong =
        in.ops != out.ops || in.sum != out.sum || in.bits != out.bits;
    sample.ops = static_cast<double>(out.ops);
}

template <class Chan>
Sample
stream(const Topology &topology, const Place &place, StreamShape shape,
       int64_t window_ns)
{
    Sample sample;
    Object<Chan> chan(topology, place, shape.capacity);
    std::atomic<int> producing{ shape.producers };
    Team team(topology, place, shape.producers + shape.consumers);

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (is_consumer(shape, w.index))
            consume(w, *chan);
        else
            produce(w, *chan, producing, shape.consumers);
    });
    settle_stream(team, shape, sample);
    chan.tell(sample);
    finish_sample(sample, times, fits(place, team.size()));
    finish_latency(sample, team.merged());
    return sample;
}

} // namespace bench

#endif
