// SPDX-License-Identifier: MIT
/*
 * peers/boost_fiber.cc - Boost.Fiber's channels and mutex, between threads.
 *
 * Every worker is a thread with its main fiber: a fiber that waits lets its
 * thread sleep until another thread wakes it.  A buffered_channel of 2^n slots
 * holds 2^n - 1.
 */
#include "peers/peer.h"

#include <boost/fiber/buffered_channel.hpp>
#include <boost/fiber/mutex.hpp>
#include <boost/fiber/unbuffered_channel.hpp>
#include <boost/version.hpp>

namespace bench
{

template <class Channel> class FiberChan
{
  public:
    explicit FiberChan(size_t capacity)
        : channel_(power_of_two(std::max<size_t>(capacity + 1, 2)))
    {
    }

    void send(uint64_t message)
    {
        if (channel_.push(message) != boost::fibers::channel_op_status::success)
            abort();
    }

    uint64_t recv()
    {
        return channel_.value_pop();
    }

  private:
    Channel channel_;
};

/* The rendezvous takes no capacity. */
class FiberMeeting : public boost::fibers::unbuffered_channel<uint64_t>
{
  public:
    explicit FiberMeeting(size_t)
    {
    }
};

using FiberBuffer = FiberChan<boost::fibers::buffered_channel<uint64_t>>;
using FiberHand = FiberChan<FiberMeeting>;

class FiberMutex
{
  public:
    struct Seat {
    };

    void lock(Seat &)
    {
        mutex_.lock();
    }
    void unlock(Seat &)
    {
        mutex_.unlock();
    }

  private:
    boost::fibers::mutex mutex_;
};

static PeerMeasure
fiber_chan()
{
    return [](const PeerAsk &ask) {
        return ask.shape.capacity == 0 ? any_chan<FiberHand>()(ask)
                                       : any_chan<FiberBuffer>()(ask);
    };
}

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(BOOST_LIB_VERSION, PEER_FLAGS);

    program.add("boost-fiber",
                "kinds=chan,pingpong,mutex cap=0 note=\"a fiber per thread; "
                "holds a power of two less one\"",
                by_kind(fiber_chan(), any_mutex<FiberMutex>()));
    return program.serve();
}
