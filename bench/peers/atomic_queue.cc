// SPDX-License-Identifier: MIT
/*
 * peers/atomic_queue.cc - Maxim Egorushkin's atomic_queue.
 *
 * As its README compares it: AtomicQueue with sizes known when compiling and
 * the defaults, SPSC where there is one of each.  0 marks an empty slot, so a
 * message travels with its top bit flipped.
 */
#include "peers/peer.h"

#include <atomic_queue/atomic_queue.h>

namespace bench
{

constexpr uint64_t never_zero = 1ull << 63;

template <unsigned size, bool spsc> class Slots
{
  public:
    explicit Slots(size_t)
    {
    }

    bool try_put(uint64_t message)
    {
        return queue_.try_push(message ^ never_zero);
    }

    bool try_take(uint64_t &message)
    {
        if (!queue_.try_pop(message))
            return false;
        message ^= never_zero;
        return true;
    }

  private:
    ::atomic_queue::AtomicQueue<uint64_t, size, 0, true, true, false, spsc>
        queue_;
};

template <unsigned size>
static PeerMeasure
of_size()
{
    return [](const PeerAsk &ask) {
        return ask.shape.producers == 1 && ask.shape.consumers == 1 && !ask.many
                   ? any_chan<Spinning<Slots<size, true>>>()(ask)
                   : any_chan<Spinning<Slots<size, false>>>()(ask);
    };
}

static Sample
by_capacity(const PeerAsk &ask)
{
    if (ask.shape.capacity >= 1024)
        return of_size<1024>()(ask);
    return of_size<64>()(ask);
}

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(PEER_VERSION, PEER_FLAGS);

    program.add("atomic_queue", "kinds=chan,ring cap=64 " PEER_SPINS,
                by_capacity);
    return program.serve();
}
