// SPDX-License-Identifier: MIT
/*
 * load/batch.h - messages in batches of one call, through send_n and recv_n.
 *
 * Alone: one thread sends a batch and receives it.  Streams: producers and
 * consumers as in load/stream.h; a call may move fewer than a batch.  One
 * operation is one message.
 */
#ifndef BENCH_LOAD_BATCH_H
#define BENCH_LOAD_BATCH_H

#include "load/burst.h"

namespace bench
{

constexpr size_t batch_length = burst_length;

/** The capacity must hold a batch. */
template <class Chan>
Sample
pair_batch(const Topology &topology, const Place &place, size_t capacity,
           int64_t window_ns)
{
    Object<Chan> chan(topology, place, capacity);

    return alone(topology, place, window_ns, [&](uint64_t first) {
        uint64_t batch[batch_length], sum = 0, moved = 0;
        for (uint64_t at = first; at < first + alone_batch;) {
            for (uint64_t &message : batch) {
                sum += at;
                message = at++;
            }
            moved += chan->send_n(batch, batch_length);
            moved += chan->recv_n(batch, batch_length);
            for (uint64_t message : batch)
                sum -= message;
        }
        return sum == 0 && moved == 2 * alone_batch;
    });
}

template <class Chan>
void
produce_batches(Worker &w, Chan &chan)
{
    uint64_t batch[batch_length], ops = 0, sum = 0, bits = 0;

    w.start();
    while (!w.stopped()) {
        for (size_t i = 0; i < batch_length; i++)
            batch[i] = ops + i;
        const size_t sent = chan.send_n(batch, batch_length);
        for (size_t i = 0; i < sent; i++) {
            sum += batch[i];
            bits ^= batch[i] * 0x9e3779b97f4a7c15ull;
        }
        ops += sent;
    }
    w.finish();
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
    chan.send(end_mark);
}

template <class Chan>
void
consume_batches(Worker &w, Chan &chan)
{
    uint64_t batch[batch_length], ops = 0, sum = 0, bits = 0;
    bool more = true;

    w.start();
    while (more) {
        size_t got = chan.recv_n(batch, batch_length);
        if (batch[got - 1] == end_mark) {
            more = false;
            got--;
        }
        for (size_t i = 0; i < got; i++) {
            sum += batch[i];
            bits ^= batch[i] * 0x9e3779b97f4a7c15ull;
        }
        ops += got;
    }
    w.finish();
    w.ops = ops;
    w.sum = sum;
    w.bits = bits;
}

/** One producer, one consumer. */
template <class Chan>
Sample
batch_stream(const Topology &topology, const Place &place, size_t capacity,
             int64_t window_ns)
{
    Sample sample;
    Object<Chan> chan(topology, place, capacity);
    Team team(topology, place, 2);

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            produce_batches(w, *chan);
        else
            consume_batches(w, *chan);
    });
    settle_stream(team, { 1, 1, capacity }, sample);
    chan.tell(sample);
    finish_sample(sample, times, fits(place, 2));
    return sample;
}

} // namespace bench

#endif
