// SPDX-License-Identifier: MIT
/*
 * impl/ring_ck.h - the ring of the Concurrency Kit, inlined.
 *
 * Its typed macros and one `return false` of a pointer do not compile as C++:
 * false is 0 while the header is read, and the functions are called that its
 * macros expand to.  A ring of N slots holds N - 1 elements; N is a power of
 * two.
 */
#ifndef BENCH_IMPL_RING_CK_H
#define BENCH_IMPL_RING_CK_H

#include "impl/message.h"

#include <stdbool.h>
#include <string.h>

#ifdef __clang__
#pragma clang diagnostic ignored "-Wkeyword-macro"
#endif
#define false 0
extern "C" {
#include <ck_ring.h>
}
#undef false

namespace bench
{

template <size_t Bytes, size_t N> class CkRing
{
  public:
    using Element = Message<Bytes>;

    CkRing()
    {
        ck_ring_init(&ring_, N);
    }

  protected:
    alignas(128) ck_ring_t ring_;
    alignas(128) Element slots_[N];
};

template <size_t Bytes, size_t N> class CkMpmc : public CkRing<Bytes, N>
{
  public:
    using Element = Message<Bytes>;

    bool push(const Element &message)
    {
        return _ck_ring_enqueue_mp(&this->ring_, this->slots_, &message,
                                   sizeof(Element), nullptr);
    }

    bool pop(Element &message)
    {
        return _ck_ring_dequeue_mc(&this->ring_, this->slots_, &message,
                                   sizeof(Element));
    }
};

template <size_t Bytes, size_t N> class CkSpsc : public CkRing<Bytes, N>
{
  public:
    using Element = Message<Bytes>;

    bool push(const Element &message)
    {
        return _ck_ring_enqueue_sp(&this->ring_, this->slots_, &message,
                                   sizeof(Element), nullptr);
    }

    bool pop(Element &message)
    {
        return _ck_ring_dequeue_sc(&this->ring_, this->slots_, &message,
                                   sizeof(Element));
    }
};

} // namespace bench

#endif
