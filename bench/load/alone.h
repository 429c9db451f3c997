// SPDX-License-Identifier: MIT
/*
 * load/alone.h - what a channel costs a single thread: a pair of send and
 * receive, a try that finds nothing (or no room), making and freeing.
 *
 * Besides the mean over the window each chunk of some operations is timed: what
 * interrupts a thread costs more than a few of these operations, and the best
 * of hundreds of chunks has none of it.
 *
 * The loops name the channel by a local reference, as a program would: anything
 * else is looked up anew after each of its atomics.
 */
#ifndef BENCH_LOAD_ALONE_H
#define BENCH_LOAD_ALONE_H

#include "load/stream.h"

namespace bench
{

/* Operations of a chunk, between two looks at the clock and the stop flag. */
constexpr uint64_t alone_batch = 256;

/** Run `batch` (which does `size` operations) on one bound worker. */
template <class Batch>
Sample
alone(const Topology &topology, const Place &place, int64_t window_ns,
      Batch batch, uint64_t size = alone_batch)
{
    Sample sample;
    Team team(topology, place, 1);
    uint64_t shortest = UINT64_MAX;

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        uint64_t ops = 0, least = UINT64_MAX;
        bool right = true;

        w.start();
        while (!w.stopped()) {
            const uint64_t before = ticks();
            right = batch(ops) && right;
            least = std::min(least, ticks() - before);
            ops += size;
        }
        w.finish();
        w.ops = ops;
        w.wrong = !right;
        shortest = least;
    });
    sample.ops = static_cast<double>(team.worker(0).ops);
    sample.chunks = sample.ops / static_cast<double>(size);
    if (sample.ops > 0)
        sample.least_ns = ticks_to_ns(shortest) / static_cast<double>(size);
    finish_sample(sample, times, true);
    return sample;
}

template <class Chan>
Sample
pair(const Topology &topology, const Place &place, size_t capacity,
     int64_t window_ns)
{
    Object<Chan> object(topology, place, capacity);

    return alone(topology, place, window_ns, [&](uint64_t first) {
        Chan &chan = *object;
        uint64_t sent = 0, got = 0;
        for (uint64_t n = first; n < first + alone_batch; n++) {
            chan.send(n);
            sent += n;
            got += chan.recv();
        }
        return sent == got;
    });
}

template <class Chan>
Sample
try_empty(const Topology &topology, const Place &place, size_t capacity,
          int64_t window_ns)
{
    Object<Chan> object(topology, place, capacity);

    return alone(topology, place, window_ns, [&](uint64_t) {
        Chan &chan = *object;
        uint64_t message = 0, got = 0;
        for (uint64_t n = 0; n < alone_batch; n++)
            got += chan.try_recv(message);
        return got == 0;
    });
}

template <class Chan>
Sample
try_full(const Topology &topology, const Place &place, size_t capacity,
         int64_t window_ns)
{
    Object<Chan> object(topology, place, capacity);

    while (object->try_send(1)) {
    }
    return alone(topology, place, window_ns, [&](uint64_t) {
        Chan &chan = *object;
        uint64_t sent = 0;
        for (uint64_t n = 0; n < alone_batch; n++)
            sent += chan.try_send(n);
        return sent == 0;
    });
}

/** Chan::make and Chan::free are on the heap, as a program has them. */
template <class Chan>
Sample
make_free(const Topology &topology, const Place &place, size_t capacity,
          int64_t window_ns)
{
    return alone(topology, place, window_ns, [&](uint64_t) {
        for (uint64_t n = 0; n < alone_batch; n++) {
            auto *chan = Chan::make(capacity);
            __asm__ volatile("" : : "r"(chan) : "memory");
            Chan::free(chan);
        }
        return true;
    });
}

} // namespace bench

#endif
