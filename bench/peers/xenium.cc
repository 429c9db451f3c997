// SPDX-License-Identifier: MIT
/*
 * peers/xenium.cc - xenium's vyukov_bounded_queue and ramalhete_queue.
 *
 * The bounded one holds a power of two, at least two, and has two forms:
 * strong, its default, waits for an element that is claimed and not yet stored,
 * weak does not.  Weak stands in the rings' cells, beside poll_.  The unbounded
 * one is a queue of pointers that may use their low bits, with epochs (debra)
 * as its README measures it: a message travels in a pointer's bits in between.
 */
#include "peers/peer.h"

#include <xenium/ramalhete_queue.hpp>
#include <xenium/reclamation/generic_epoch_based.hpp>
#include <xenium/vyukov_bounded_queue.hpp>

namespace bench
{

template <class... Form> class Vyukov
{
  public:
    explicit Vyukov(size_t capacity)
        : queue_(power_of_two(std::max<size_t>(capacity, 2)))
    {
    }

    bool try_put(uint64_t message)
    {
        return queue_.try_push(message);
    }

    bool try_take(uint64_t &message)
    {
        return queue_.try_pop(message);
    }

  private:
    xenium::vyukov_bounded_queue<uint64_t, Form...> queue_;
};

using Strong = Vyukov<>;
using Weak = Vyukov<xenium::policy::default_to_weak<true>>;

/* Never dereferenced. */
struct alignas(8) Parcel {
    uint64_t unused;
};

/* Producer and number (at most 2^32 in a window) in bits 3 to 45, one that is
 * always set above; the end mark is the one with nothing else. */
static Parcel *
wrap(uint64_t message)
{
    constexpr uint64_t set = 1ull << 46;

    if (message == end_mark)
        return reinterpret_cast<Parcel *>(set | (1ull << 45));
    return reinterpret_cast<Parcel *>(set | (message >> 40) << 35 |
                                      (message & 0xffffffff) << 3);
}

static uint64_t
unwrap(Parcel *parcel)
{
    const uint64_t bits = reinterpret_cast<uint64_t>(parcel);

    if (bits & (1ull << 45))
        return end_mark;
    return (bits >> 35 & 0x3ff) << 40 | (bits >> 3 & 0xffffffff);
}

class Ramalhete
{
  public:
    explicit Ramalhete(size_t)
    {
    }

    bool try_put(uint64_t message)
    {
        queue_.push(wrap(message));
        return true;
    }

    bool try_take(uint64_t &message)
    {
        Parcel *parcel = nullptr;

        if (!queue_.try_pop(parcel))
            return false;
        message = unwrap(parcel);
        return true;
    }

  private:
    xenium::ramalhete_queue<
        Parcel *, xenium::policy::reclaimer<xenium::reclamation::debra<>>>
        queue_;
};

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(PEER_VERSION, PEER_FLAGS);

    program.add("xenium-vyukov", "kinds=chan,pingpong,ring cap=2 " PEER_SPINS,
                any_chan<Spinning<Strong>>());
    program.add("xenium-vyukov-weak", "kinds=ring cap=2 " PEER_SPINS,
                any_chan<Spinning<Weak>>());
    program.add("xenium-ramalhete",
                "kinds=chan,pingpong cap=unbounded " PEER_SPINS,
                any_chan<Spinning<Ramalhete>>());
    return program.serve();
}
