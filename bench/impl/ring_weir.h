// SPDX-License-Identifier: MIT
/*
 * impl/ring_weir.h - weir's raw rings behind the suite's small face.
 *
 * push and pop return false when there is no room and nothing there.  try_
 * forms say so exactly, poll_ forms by the slot alone.
 */
#ifndef BENCH_IMPL_RING_WEIR_H
#define BENCH_IMPL_RING_WEIR_H

#include "impl/message.h"

#include <weir/mpmc.h>
#include <weir/spsc.h>

namespace bench
{

enum class Form { exact, poll };

template <size_t Bytes, size_t N, Form form> class WeirMpmc
{
  public:
    using Element = Message<Bytes>;

    WeirMpmc()
    {
        ring_init(&ring_);
    }

    bool push(const Element &message)
    {
        return form == Form::exact ? ring_try_push(&ring_, message)
                                   : ring_poll_push(&ring_, message);
    }

    bool pop(Element &message)
    {
        return form == Form::exact ? ring_try_pop(&ring_, &message)
                                   : ring_poll_pop(&ring_, &message);
    }

  private:
    WEIR_MPMC(ring, Element, N);

    ring ring_;
};

template <size_t Bytes, size_t N, Form form> class WeirSpsc
{
  public:
    using Element = Message<Bytes>;

    WeirSpsc()
    {
        ring_init(&ring_);
    }

    bool push(const Element &message)
    {
        return form == Form::exact ? ring_try_push(&ring_, message)
                                   : ring_poll_push(&ring_, message);
    }

    bool pop(Element &message)
    {
        return form == Form::exact ? ring_try_pop(&ring_, &message)
                                   : ring_poll_pop(&ring_, &message);
    }

  private:
    WEIR_SPSC(ring, Element, N);

    ring ring_;
};

} // namespace bench

#endif
