// SPDX-License-Identifier: MIT
/*
 * load/deque.h - a work-stealing deque: its owner pushes a burst and pops until
 * nothing is left; thieves steal all the time.  One operation is one element
 * that somebody took.
 *
 * All that was pushed and all that was taken must have the same sums.  The last
 * look of a thief is after the owner has found its deque empty for good.
 */
#ifndef BENCH_LOAD_DEQUE_H
#define BENCH_LOAD_DEQUE_H

#include "load/alone.h"
#include "load/burst.h"
#include "load/polled.h"

namespace bench
{

/* What one worker took; the owner's sums are those of what it pushed, less. */
struct Taken {
    uint64_t ops = 0;
    uint64_t sum = 0;
    uint64_t bits = 0;

    void add(uint64_t number)
    {
        ops++;
        sum += number;
        bits ^= number * 0x9e3779b97f4a7c15ull;
    }
};

template <class Deque>
void
own_deque(Worker &w, Deque &deque, std::atomic<bool> &ended)
{
    Taken pushed, taken;
    uint64_t n = 0, number;

    w.start();
    while (!w.stopped()) {
        for (uint64_t i = 0; i < burst_length; i++, n++) {
            if (!deque.push(n))
                w.wrong = true;
            pushed.add(n);
        }
        while (deque.pop(number))
            taken.add(number);
    }
    ended.store(true);
    w.finish();
    w.ops = taken.ops;
    w.sum = pushed.sum - taken.sum;
    w.bits = pushed.bits ^ taken.bits;
}

template <class Deque>
void
rob_deque(Worker &w, Deque &deque, std::atomic<bool> &ended)
{
    Taken taken;
    unsigned tries = 0;
    uint64_t number;

    w.start();
    while (!ended.load()) {
        if (deque.steal(number))
            taken.add(number);
        else
            wait_for_ring(tries);
    }
    w.finish();
    w.ops = taken.ops;
    w.sum = taken.sum;
    w.bits = taken.bits;
}

/** One owner and so many thieves; the deque holds a burst. */
template <class Deque>
Sample
deque_load(const Topology &topology, const Place &place, int thieves,
           int64_t window_ns)
{
    Sample sample;
    Object<Deque> deque(topology, place);
    std::atomic<bool> ended{ false };
    Team team(topology, place, 1 + thieves);
    Worker all;

    const TeamTimes times = team.run(window_ns, [&](Worker &w) {
        if (w.index == 0)
            own_deque(w, *deque, ended);
        else
            rob_deque(w, *deque, ended);
    });
    for (int i = 0; i < team.size(); i++) {
        const Worker &w = team.worker(i);
        all.ops += w.ops;
        all.sum += i == 0 ? w.sum : -w.sum;
        all.bits ^= w.bits;
    }
    sample.ops = static_cast<double>(all.ops);
    sample.wrong = all.sum != 0 || all.bits != 0;
    deque.tell(sample);
    finish_sample(sample, times, fits(place, team.size()));
    return sample;
}

/** One thread alone pushes and pops; one operation is both. */
template <class Deque>
Sample
deque_pair(const Topology &topology, const Place &place, int64_t window_ns)
{
    Object<Deque> deque(topology, place);

    return alone(topology, place, window_ns, [&](uint64_t first) {
        uint64_t wrong = 0;
        for (uint64_t n = first; n < first + alone_batch; n++) {
            uint64_t number = 0;
            wrong |= !deque->push(n);
            wrong |= !deque->pop(number);
            wrong |= number ^ n;
        }
        return wrong == 0;
    });
}

} // namespace bench

#endif
