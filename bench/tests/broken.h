// SPDX-License-Identifier: MIT
/* tests/broken.h - contenders broken on purpose, and windows to catch them. */
#ifndef BENCH_TESTS_BROKEN_H
#define BENCH_TESTS_BROKEN_H

#include "impl/chan_twin.h"
#include "impl/lock_pthread.h"
#include "load/stream.h"
#include "measure/clock.h"

#include <sched.h>

#include <atomic>

namespace bench
{

constexpr int64_t short_ns = 3000000;

inline const Topology &
here()
{
    static const Topology topology = [] {
        std::string error;
        calibrate_ticks();
        return topology_load("", error);
    }();
    return topology;
}

/* Loses one message in ten. */
class Lossy : public TwinQueue
{
  public:
    using TwinQueue::TwinQueue;

    void send(uint64_t message)
    {
        if (message == end_mark || message % 10 != 9)
            TwinQueue::send(message);
    }
};

/* Keeps the number of messages and swaps their content. */
class Garbling : public TwinQueue
{
  public:
    using TwinQueue::TwinQueue;

    void send(uint64_t message)
    {
        TwinQueue::send(message % 10 == 9 ? message + 1 : message);
    }
};

/* On a busy machine a window may end before anything has happened in it. */
template <class Measure>
Sample
until_some(double ops, Measure measure)
{
    Sample sample;

    do
        sample = measure();
    while (sample.ops < ops && !sample.wrong);
    return sample;
}

/* Windows until one has seen the fault; the watchdog ends a loop that never
 * does. */
template <class Measure>
bool
found_wrong(Measure measure)
{
    while (!measure().wrong) {
    }
    return true;
}

/* No lock at all.  The yield inside makes a second one get in at once. */
class NoLock
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        if (++calls_ % 64 == 0)
            sched_yield();
    }

    void unlock(Seat &)
    {
    }

    void rlock(Seat &)
    {
    }

    void runlock(Seat &)
    {
    }

  private:
    std::atomic<unsigned> calls_{ 0 };
};

} // namespace bench

#endif
