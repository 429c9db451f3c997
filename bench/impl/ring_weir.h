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
#include <weir/mpsc.h>
#include <weir/scq.h>
#include <weir/spmc.h>
#include <weir/spsc.h>

namespace bench
{

enum class Form { exact, poll };

/* The name of a ring is pasted into its functions: what no template can do. */
#define BENCH_RING_(Class, WEIR_RING)                                          \
    template <size_t Bytes, size_t N, Form form> class Class                   \
    {                                                                          \
      public:                                                                  \
        using Element = Message<Bytes>;                                        \
                                                                               \
        Class()                                                                \
        {                                                                      \
            ring_init(&ring_);                                                 \
        }                                                                      \
                                                                               \
        bool push(const Element &message)                                      \
        {                                                                      \
            return form == Form::exact ? ring_try_push(&ring_, message)        \
                                       : ring_poll_push(&ring_, message);      \
        }                                                                      \
                                                                               \
        bool pop(Element &message)                                             \
        {                                                                      \
            return form == Form::exact ? ring_try_pop(&ring_, &message)        \
                                       : ring_poll_pop(&ring_, &message);      \
        }                                                                      \
                                                                               \
      private:                                                                 \
        WEIR_RING(ring, Element, N);                                           \
                                                                               \
        ring ring_;                                                            \
    }

BENCH_RING_(WeirMpmc, WEIR_MPMC);
BENCH_RING_(WeirSpsc, WEIR_SPSC);
BENCH_RING_(WeirMpsc, WEIR_MPSC);
BENCH_RING_(WeirSpmc, WEIR_SPMC);

/** Strictly lock-free; it has the exact form alone. */
template <size_t Bytes, size_t N> class WeirScq
{
  public:
    using Element = Message<Bytes>;

    WeirScq()
    {
        ring_init(&ring_);
    }

    bool push(const Element &message)
    {
        return ring_try_push(&ring_, message);
    }

    bool pop(Element &message)
    {
        return ring_try_pop(&ring_, &message);
    }

  private:
    WEIR_SCQ(ring, Element, N);

    ring ring_;
};

} // namespace bench

#endif
