// SPDX-License-Identifier: MIT
/*
 * load/polled.h - a raw ring with the face of a channel, so that the loads of
 * channels measure it: who finds no room, or nothing, tries again.
 *
 * Every contender waits alike: a pause of the CPU after a failed try, and the
 * CPU is given away after every `tries_per_yield` of them, without which a
 * team that is larger than the machine would wait out whole time slices.
 */
#ifndef BENCH_LOAD_POLLED_H
#define BENCH_LOAD_POLLED_H

#include "impl/message.h"

#include <weir/cpu.h>

#include <sched.h>

namespace bench
{

constexpr unsigned tries_per_yield = 256;

inline void
wait_for_ring(unsigned &tries)
{
    if (++tries % tries_per_yield == 0)
        sched_yield();
    else
        weir_cpu_relax();
}

template <class Ring> class Polled
{
  public:
    using Element = typename Ring::Element;

    /* The capacity is Ring's own. */
    explicit Polled(size_t)
    {
    }

    void send(uint64_t number)
    {
        Element message;
        unsigned tries = 0;

        pack(message, number);
        while (!ring_.push(message))
            wait_for_ring(tries);
    }

    uint64_t recv()
    {
        Element message;
        unsigned tries = 0;

        while (!ring_.pop(message))
            wait_for_ring(tries);
        return unpack(message);
    }

    bool try_send(uint64_t number)
    {
        Element message;

        pack(message, number);
        return ring_.push(message);
    }

    bool try_recv(uint64_t &number)
    {
        Element message;

        if (!ring_.pop(message))
            return false;
        number = unpack(message);
        return true;
    }

  private:
    Ring ring_;
};

} // namespace bench

#endif
