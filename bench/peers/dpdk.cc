// SPDX-License-Identifier: MIT
/*
 * peers/dpdk.cc - DPDK's rte_ring, without its environment (EAL).
 *
 * The ring lies in ordinary memory, as rte_ring_init allows.  Its functions for
 * one or several producers and consumers are inlined, with DPDK's own flags.
 * Beside the default the head-tail-sync mode, which its guide names for
 * machines with more threads than CPUs.
 */
#include "peers/peer.h"

#include <rte_ring.h>
#include <rte_version.h>

#include <cstdlib>

namespace bench
{

static rte_ring *
make_ring(size_t capacity, unsigned flags)
{
    const unsigned exact = static_cast<unsigned>(capacity);
    const ssize_t bytes = rte_ring_get_memsize(rte_align32pow2(exact + 1));
    void *memory = nullptr;

    if (bytes < 0 ||
        posix_memalign(&memory, 128, static_cast<size_t>(bytes)) != 0)
        abort();
    rte_ring *ring = static_cast<rte_ring *>(memory);
    if (rte_ring_init(ring, "peer", exact, flags | RING_F_EXACT_SZ) != 0)
        abort();
    return ring;
}

static void *
pointer(uint64_t message)
{
    return reinterpret_cast<void *>(message);
}

template <bool one_producer, bool one_consumer> class DpdkRing
{
  public:
    explicit DpdkRing(size_t capacity)
        : ring_(make_ring(capacity, (one_producer ? RING_F_SP_ENQ : 0) |
                                        (one_consumer ? RING_F_SC_DEQ : 0)))
    {
    }
    ~DpdkRing()
    {
        free(ring_);
    }
    DpdkRing(const DpdkRing &) = delete;
    DpdkRing &operator=(const DpdkRing &) = delete;

    bool try_put(uint64_t message)
    {
        return (one_producer
                    ? rte_ring_sp_enqueue(ring_, pointer(message))
                    : rte_ring_mp_enqueue(ring_, pointer(message))) == 0;
    }

    bool try_take(uint64_t &message)
    {
        void *taken;
        const int status = one_consumer ? rte_ring_sc_dequeue(ring_, &taken)
                                        : rte_ring_mc_dequeue(ring_, &taken);

        message = reinterpret_cast<uint64_t>(taken);
        return status == 0;
    }

    const void *where() const
    {
        return ring_;
    }

  private:
    rte_ring *ring_;
};

class DpdkHts
{
  public:
    explicit DpdkHts(size_t capacity)
        : ring_(make_ring(capacity, RING_F_MP_HTS_ENQ | RING_F_MC_HTS_DEQ))
    {
    }
    ~DpdkHts()
    {
        free(ring_);
    }
    DpdkHts(const DpdkHts &) = delete;
    DpdkHts &operator=(const DpdkHts &) = delete;

    bool try_put(uint64_t message)
    {
        return rte_ring_enqueue(ring_, pointer(message)) == 0;
    }

    bool try_take(uint64_t &message)
    {
        void *taken;
        const int status = rte_ring_dequeue(ring_, &taken);

        message = reinterpret_cast<uint64_t>(taken);
        return status == 0;
    }

    const void *where() const
    {
        return ring_;
    }

  private:
    rte_ring *ring_;
};

template <bool one_producer, bool one_consumer>
using SpinningDpdk = Spinning<DpdkRing<one_producer, one_consumer>>;

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(rte_version(), PEER_FLAGS);

    program.add("rte_ring", "kinds=chan,pingpong,ring cap=1 " PEER_SPINS,
                sided_chan<SpinningDpdk>());
    program.add("rte_ring-hts", "kinds=chan,pingpong,ring cap=1 " PEER_SPINS,
                any_chan<Spinning<DpdkHts>>());
    return program.serve();
}
