// SPDX-License-Identifier: MIT
/*
 * peers/ck.cc - the ring of the Concurrency Kit; its locks are contenders of
 * the suite's own process.
 *
 * A ring of 2^n slots holds 2^n - 1 pointers; it is made to hold the cell's
 * capacity at least.  As C++ its header returns `false` for a null pointer,
 * which a plain 0 is.
 */
#include "peers/peer.h"

#include <cerrno>
#include <cstdbool>
#include <cstring>

#define false 0
extern "C" {
#include <ck_ring.h>
}
#undef false

namespace bench
{

template <bool one_producer, bool one_consumer> class CkRing
{
  public:
    explicit CkRing(size_t capacity)
        : buffer_(new ck_ring_buffer[power_of_two(capacity + 1)])
    {
        ck_ring_init(&ring_, static_cast<unsigned>(power_of_two(capacity + 1)));
    }
    ~CkRing()
    {
        delete[] buffer_;
    }
    CkRing(const CkRing &) = delete;
    CkRing &operator=(const CkRing &) = delete;

    bool try_put(uint64_t message)
    {
        const void *entry = reinterpret_cast<const void *>(message);

        if (one_producer)
            return one_consumer ? ck_ring_enqueue_spsc(&ring_, buffer_, entry)
                                : ck_ring_enqueue_spmc(&ring_, buffer_, entry);
        return one_consumer ? ck_ring_enqueue_mpsc(&ring_, buffer_, entry)
                            : ck_ring_enqueue_mpmc(&ring_, buffer_, entry);
    }

    bool try_take(uint64_t &message)
    {
        if (one_producer)
            return one_consumer
                       ? ck_ring_dequeue_spsc(&ring_, buffer_, &message)
                       : ck_ring_dequeue_spmc(&ring_, buffer_, &message);
        return one_consumer ? ck_ring_dequeue_mpsc(&ring_, buffer_, &message)
                            : ck_ring_dequeue_mpmc(&ring_, buffer_, &message);
    }

    const void *where() const
    {
        return buffer_;
    }

  private:
    ck_ring_t ring_ = {};
    ck_ring_buffer *buffer_;
};

template <bool one_producer, bool one_consumer>
using SpinningCk = Spinning<CkRing<one_producer, one_consumer>>;

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(PEER_VERSION, PEER_FLAGS);

    program.add("ck-ring",
                "kinds=chan,pingpong cap=1 note=\"spins: 256 pauses, a yield, "
                "again; no close; holds a power of two less one\"",
                sided_chan<SpinningCk>());
    return program.serve();
}
