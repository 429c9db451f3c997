// SPDX-License-Identifier: MIT
/*
 * impl/pair_urcu.h - liburcu's read side, membarrier flavour, inlined.
 *
 * Another contract than a lock's: readers are never kept out, they may read an
 * old pair of words, and a writer publishes a new pair and waits for readers of
 * the old one.  It is the floor of what a read can cost.
 *
 * _LGPL_SOURCE inlines the read side.  The headers declare the reader's state
 * as C++'s thread_local, which calls a wrapper on every access; the library
 * defines it as C's __thread, so that is what this file lets them declare.
 */
#ifndef BENCH_IMPL_PAIR_URCU_H
#define BENCH_IMPL_PAIR_URCU_H

#include <pthread.h>
#include <sched.h>
#include <stdbool.h>

#include <cstdint>
#include <cstdlib>
#include <new>

#ifndef _LGPL_SOURCE
#define _LGPL_SOURCE
#endif
#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define thread_local __thread
#include <urcu/urcu-memb.h>
#undef thread_local

namespace bench
{

class UrcuPair
{
  public:
    struct Seat {
        Seat()
        {
            urcu_memb_register_thread();
        }
        ~Seat()
        {
            urcu_memb_unregister_thread();
        }
        Seat(const Seat &) = delete;
        Seat &operator=(const Seat &) = delete;
    };

    UrcuPair() : now_(new Words())
    {
    }
    ~UrcuPair()
    {
        delete now_;
    }
    UrcuPair(const UrcuPair &) = delete;
    UrcuPair &operator=(const UrcuPair &) = delete;

    template <class Inside> bool read(Seat &, Inside &inside)
    {
        urcu_memb_read_lock();
        const Words *words = rcu_dereference(now_);
        const uint64_t one = words->first;
        __asm__ volatile("" : : : "memory");
        inside();
        const uint64_t two = words->second;
        urcu_memb_read_unlock();
        return one == two;
    }

    template <class Inside> void write(Seat &, Inside &inside)
    {
        Words *next = new Words();

        pthread_mutex_lock(&writers_);
        next->first = now_->first + 1;
        next->second = now_->second + 1;
        inside();
        Words *old = rcu_xchg_pointer(&now_, next);
        pthread_mutex_unlock(&writers_);
        urcu_memb_synchronize_rcu();
        delete old;
    }

    uint64_t writes() const
    {
        return now_->second;
    }

  private:
    struct Words {
        alignas(128) uint64_t first = 0;
        uint64_t second = 0;
    };

    alignas(128) Words *now_;
    alignas(128) pthread_mutex_t writers_ = PTHREAD_MUTEX_INITIALIZER;
};

} // namespace bench

#endif
