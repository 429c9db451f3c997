// SPDX-License-Identifier: MIT
/*
 * peers/tbb.cc - oneTBB's queues and locks.
 *
 * concurrent_bounded_queue waits by itself; concurrent_queue neither waits nor
 * has a bound.  Of the locks mutex and rw_mutex sleep, the others spin.
 */
#include "peers/peer.h"

#include <oneapi/tbb/concurrent_queue.h>
#include <oneapi/tbb/mutex.h>
#include <oneapi/tbb/queuing_mutex.h>
#include <oneapi/tbb/queuing_rw_mutex.h>
#include <oneapi/tbb/rw_mutex.h>
#include <oneapi/tbb/spin_mutex.h>
#include <oneapi/tbb/spin_rw_mutex.h>
#include <oneapi/tbb/version.h>

namespace bench
{

class TbbBounded
{
  public:
    explicit TbbBounded(size_t capacity)
    {
        queue_.set_capacity(static_cast<std::ptrdiff_t>(capacity));
    }

    void send(uint64_t message)
    {
        queue_.push(message);
    }

    uint64_t recv()
    {
        uint64_t message;

        queue_.pop(message);
        return message;
    }

  private:
    tbb::concurrent_bounded_queue<uint64_t> queue_;
};

class TbbQueue
{
  public:
    explicit TbbQueue(size_t)
    {
    }

    bool try_put(uint64_t message)
    {
        queue_.push(message);
        return true;
    }

    bool try_take(uint64_t &message)
    {
        return queue_.try_pop(message);
    }

  private:
    tbb::concurrent_queue<uint64_t> queue_;
};

/* Locks with a holder object, which is the documented use of them all. */
template <class Mutex> class TbbMutex
{
  public:
    struct Seat {
        typename Mutex::scoped_lock holder;
    };

    void lock(Seat &seat)
    {
        seat.holder.acquire(mutex_);
    }
    void unlock(Seat &seat)
    {
        seat.holder.release();
    }

  private:
    Mutex mutex_;
};

template <class Mutex> class TbbRw
{
  public:
    struct Seat {
        typename Mutex::scoped_lock holder;
    };

    void lock(Seat &seat)
    {
        seat.holder.acquire(mutex_, true);
    }
    void unlock(Seat &seat)
    {
        seat.holder.release();
    }
    void rlock(Seat &seat)
    {
        seat.holder.acquire(mutex_, false);
    }
    void runlock(Seat &seat)
    {
        seat.holder.release();
    }

  private:
    Mutex mutex_;
};

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(TBB_VERSION_STRING, PEER_FLAGS);
    const std::string spins = " note=\"spins, yields after a while\"";

    program.add("tbb-bounded", "kinds=chan,pingpong cap=1",
                any_chan<TbbBounded>());
    program.add("tbb-queue", "kinds=chan,pingpong cap=unbounded " PEER_SPINS,
                any_chan<Spinning<TbbQueue>>());
    program.add("tbb-mutex", "kinds=mutex", any_mutex<TbbMutex<tbb::mutex>>());
    program.add("tbb-spin", "kinds=mutex" + spins,
                any_mutex<TbbMutex<tbb::spin_mutex>>());
    program.add("tbb-queuing", "kinds=mutex" + spins,
                any_mutex<TbbMutex<tbb::queuing_mutex>>());
    program.add("tbb-rw", "kinds=rw", any_rw<TbbRw<tbb::rw_mutex>>());
    program.add("tbb-spin-rw", "kinds=rw" + spins,
                any_rw<TbbRw<tbb::spin_rw_mutex>>());
    program.add("tbb-queuing-rw", "kinds=rw" + spins,
                any_rw<TbbRw<tbb::queuing_rw_mutex>>());
    return program.serve();
}
