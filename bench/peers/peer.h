// SPDX-License-Identifier: MIT
/*
 * peers/peer.h - a peer in C++: the suite's own loads over a library's types.
 *
 *     int main()
 *     {
 *         bench::Program program(LIBRARY " 1.2", PEER_FLAGS);
 *         program.add("fast", "kinds=chan,pingpong cap=1",
 *                     bench::any_chan<Fast>());
 *         return program.serve();
 *     }
 *
 * Teams, start line, loads and sums are those of the contenders in the suite's
 * own process, so the numbers mean the same.
 */
#ifndef BENCH_PEERS_PEER_H
#define BENCH_PEERS_PEER_H

#include "load/lock.h"
#include "load/pingpong.h"
#include "load/polled.h"
#include "load/rw.h"
#include "load/stream.h"
#include "run/peer_line.h"

namespace bench
{

/** One request, read. */
struct PeerAsk {
    std::string kind;
    StreamShape shape = { 1, 1, 0 };
    bool many = false; /**< the type for several on both sides, whatever the
                            shape */
    int threads = 1;
    int outside = 0;
    double writes = 0;
    int64_t window_ns = 0;
    Topology topology;
    Place place;
};

using PeerMeasure = std::function<Sample(const PeerAsk &)>;

class Program
{
  public:
    Program(std::string version, std::string flags)
        : version_(std::move(version)), flags_(std::move(flags))
    {
    }

    /** `abilities` are the fields of the hello that differ: kinds=, cap= ... */
    void add(const std::string &name, const std::string &abilities,
             PeerMeasure measure);

    /** Answer requests until the input ends; the status of the program. */
    int serve();

  private:
    struct Entry {
        std::string name;
        std::string abilities;
        PeerMeasure measure;
    };

    std::string answer(const std::string &text) const;

    std::string version_;
    std::string flags_;
    std::vector<Entry> entries_;
};

/** Streams and ping-pong through one type, whatever the shape. */
template <class Chan>
PeerMeasure
any_chan()
{
    return [](const PeerAsk &ask) {
        if (ask.kind == "pingpong")
            return pingpong<Chan>(ask.topology, ask.place, ask.shape.capacity,
                                  ask.window_ns);
        return stream<Chan>(ask.topology, ask.place, ask.shape, ask.window_ns);
    };
}

/** As any_chan, with a type for each number of sides: one or many.  Raw rings
 * are compared like for like: a cell says which. */
template <template <bool one_producer, bool one_consumer> class Chan>
PeerMeasure
sided_chan()
{
    return [](const PeerAsk &ask) {
        const bool one_producer = ask.shape.producers == 1 && !ask.many;
        const bool one_consumer = ask.shape.consumers == 1 && !ask.many;
        if (one_producer)
            return one_consumer ? any_chan<Chan<true, true>>()(ask)
                                : any_chan<Chan<true, false>>()(ask);
        return one_consumer ? any_chan<Chan<false, true>>()(ask)
                            : any_chan<Chan<false, false>>()(ask);
    };
}

/** A lock in the mutex cells. */
template <class Lock>
PeerMeasure
any_mutex()
{
    return [](const PeerAsk &ask) {
        LockShape shape;

        shape.workers = ask.threads;
        shape.outside = static_cast<uint64_t>(ask.outside);
        return lock_load<Lock>(ask.topology, ask.place, shape, ask.window_ns);
    };
}

/** A lock that also has rlock and runlock in the rw cells. */
template <class Lock>
PeerMeasure
any_rw()
{
    return [](const PeerAsk &ask) {
        return rw_load<GuardedPair<Lock>>(ask.topology, ask.place,
                                          { ask.threads, ask.writes, 0 },
                                          ask.window_ns);
    };
}

/** The channel, the mutex and the reader-writer lock of one library. */
inline PeerMeasure
by_kind(PeerMeasure chan, PeerMeasure mutex, PeerMeasure rw = nullptr)
{
    return [=](const PeerAsk &ask) {
        if (ask.kind == "mutex")
            return mutex(ask);
        return ask.kind == "rw" ? rw(ask) : chan(ask);
    };
}

/**
 * A face with send and recv over a queue with try_put and try_take, which waits
 * as weir's own rings do: some pauses, then the CPU to others, for on a crowded
 * machine the other side may need it.
 */
template <class Queue> class Spinning : public Queue
{
  public:
    using Queue::Queue;

    void send(uint64_t message)
    {
        unsigned tries = 0;

        while (!this->try_put(message))
            wait_for_ring(tries);
    }

    uint64_t recv()
    {
        unsigned tries = 0;
        uint64_t message;

        while (!this->try_take(message))
            wait_for_ring(tries);
        return message;
    }
};

/** What every queue that cannot wait says of itself. */
#define PEER_SPINS "note=\"spins: 256 pauses, a yield, again; no close\""

/** The least power of two that is not less. */
inline size_t
power_of_two(size_t least)
{
    size_t size = 1;

    while (size < least)
        size *= 2;
    return size;
}

} // namespace bench

#endif
