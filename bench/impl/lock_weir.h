// SPDX-License-Identifier: MIT
/* impl/lock_weir.h - the locks of libweir behind the suite's small face. */
#ifndef BENCH_IMPL_LOCK_WEIR_H
#define BENCH_IMPL_LOCK_WEIR_H

#include "impl/lock_pthread.h"

#include <weir/mutex.h>
#include <weir/rwmutex.h>

namespace bench
{

class WeirMutex
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        weir_mutex_lock(&mutex_);
    }
    void unlock(Seat &)
    {
        weir_mutex_unlock(&mutex_);
    }
    bool try_lock(Seat &)
    {
        return weir_mutex_try_lock(&mutex_) == WEIR_OK;
    }
    bool lock_for(Seat &, int64_t ns)
    {
        return weir_mutex_lock_until(&mutex_, weir_deadline(ns)) == WEIR_OK;
    }
    void rlock(Seat &)
    {
        weir_mutex_lock(&mutex_);
    }
    void runlock(Seat &)
    {
        weir_mutex_unlock(&mutex_);
    }
    void observe(Seat &)
    {
        weir_mutex_lock(&mutex_);
    }
    void unobserve(Seat &)
    {
        weir_mutex_unlock(&mutex_);
    }

  private:
    weir_mutex mutex_ = WEIR_MUTEX_INIT;
};

class WeirRw
{
  public:
    using Seat = NoSeat;

    void lock(Seat &)
    {
        weir_rwmutex_lock(&lock_);
    }
    void unlock(Seat &)
    {
        weir_rwmutex_unlock(&lock_);
    }
    void rlock(Seat &)
    {
        weir_rwmutex_rlock(&lock_);
    }
    void runlock(Seat &)
    {
        weir_rwmutex_runlock(&lock_);
    }
    void observe(Seat &)
    {
        weir_rwmutex_rlock(&lock_);
    }
    void unobserve(Seat &)
    {
        weir_rwmutex_runlock(&lock_);
    }

  private:
    weir_rwmutex lock_ = WEIR_RWMUTEX_INIT;
};

} // namespace bench

#endif
