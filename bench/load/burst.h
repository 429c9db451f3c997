// SPDX-License-Identifier: MIT
/*
 * load/burst.h - messages in bursts.
 *
 * Alone: one thread sends a burst in a row, then receives it.  In turns: one
 * side sends a burst, the other takes all of it and answers with one message
 * of its own channel, the sum of what came.  One operation is one message of a
 * burst; the time of a whole turn goes into the histogram.
 */
#ifndef BENCH_LOAD_BURST_H
#define BENCH_LOAD_BURST_H

#include "load/alone.h"
#include "load/pingpong.h"

namespace bench
{

constexpr uint64_t burst_length = 32;

/** The capacity must hold a burst. */
template <class Chan>
Sample
pair_burst(const Topology &topology, const Place &place, size_t capacity,
           int64_t window_ns)
{
    Object<Chan> chan(topology, place, capacity);
    static_assert(alone_batch % burst_length == 0, "whole bursts");

    return alone(topology, place, window_ns, [&](uint64_t first) {
        uint64_t sent = 0, got = 0;
        for (uint64_t at = first; at < first + alone_batch;) {
            const uint64_t end = at + burst_length;
            for (; at < end; at++) {
                chan->send(at);
                sent += at;
            }
            for (uint64_t i = 0; i < burst_length; i++)
                got += chan->recv();
        }
        return sent == got;
    });
}

constexpr uint64_t backlog_length = 100000;

/** One thread sends so many messages in a row and receives them. */
template <class Chan>
Sample
backlog(const Topology &topology, const Place &place, size_t capacity,
        int64_t window_ns)
{
    Object<Chan> chan(topology, place, capacity);

    return alone(
        topology, place, window_ns,
        [&](uint64_t first) {
            bool right = true;
            for (uint64_t i = 0; i < backlog_length; i++)
                chan->send(first + i);
            for (uint64_t i = 0; i < backlog_length; i++)
                right = chan->recv() == first + i && right;
            return right;
        },
        backlog_length);
}

template <class Chan>
void
send_bursts(Worker &w, Chan &there, Chan &back)
{
    uint64_t n = 0;

    w.start();
    uint64_t before = ticks();
    while (!w.stopped()) {
        uint64_t sum = 0;
        for (const uint64_t end = n + burst_length; n < end; n++) {
            there.send(n);
            sum += n;
        }
        if (back.recv() != sum)
            w.wrong = true;
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
take_bursts(Worker &w, Chan &there, Chan &back)
{
    w.start();
    for (;;) {
        uint64_t sum = there.recv();
        if (sum == end_mark)
            break;
        for (uint64_t i = 1; i < burst_length; i++)
            sum += there.recv();
        back.send(sum);
    }
    w.finish();
}

template <class Chan>
Sample
burst_turns(const Topology &topology, const Place &place, size_t capacity,
            int64_t window_ns)
{
    return two_ways<Chan>(topology, place, capacity, window_ns,
                          send_bursts<Chan>, take_bursts<Chan>);
}

} // namespace bench

#endif
