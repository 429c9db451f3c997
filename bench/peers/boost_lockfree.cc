// SPDX-License-Identifier: MIT
/*
 * peers/boost_lockfree.cc - Boost.Lockfree's queue and spsc_queue.
 *
 * The queue takes its nodes from a free list of the given size; bounded_push
 * never goes beyond it.
 */
#include "peers/peer.h"

#include <boost/lockfree/queue.hpp>
#include <boost/lockfree/spsc_queue.hpp>
#include <boost/version.hpp>

namespace bench
{

class BoostQueue
{
  public:
    explicit BoostQueue(size_t capacity) : queue_(capacity)
    {
    }

    bool try_put(uint64_t message)
    {
        return queue_.bounded_push(message);
    }

    bool try_take(uint64_t &message)
    {
        return queue_.pop(message);
    }

  private:
    boost::lockfree::queue<uint64_t> queue_;
};

class BoostSpsc
{
  public:
    explicit BoostSpsc(size_t capacity) : queue_(capacity)
    {
    }

    bool try_put(uint64_t message)
    {
        return queue_.push(message);
    }

    bool try_take(uint64_t &message)
    {
        return queue_.pop(message);
    }

  private:
    boost::lockfree::spsc_queue<uint64_t> queue_;
};

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(BOOST_LIB_VERSION, PEER_FLAGS);

    program.add("boost-queue", "kinds=chan,pingpong,ring cap=1 " PEER_SPINS,
                any_chan<Spinning<BoostQueue>>());
    program.add("boost-spsc",
                "kinds=chan,pingpong,ring sides=spsc cap=1 " PEER_SPINS,
                any_chan<Spinning<BoostSpsc>>());
    return program.serve();
}
