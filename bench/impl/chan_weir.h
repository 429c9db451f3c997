// SPDX-License-Identifier: MIT
/* impl/chan_weir.h - the channel of libweir behind the suite's small face. */
#ifndef BENCH_IMPL_CHAN_WEIR_H
#define BENCH_IMPL_CHAN_WEIR_H

#include <weir/chan.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>

namespace bench
{

/** A bounded channel or, at capacity 0, a rendezvous; 8-byte messages. */
class WeirChan
{
  public:
    explicit WeirChan(size_t capacity)
        : chan_(weir_chan_make(sizeof(uint64_t), capacity))
    {
        if (!chan_)
            abort();
    }
    ~WeirChan()
    {
        weir_chan_free(chan_);
    }
    WeirChan(const WeirChan &) = delete;
    WeirChan &operator=(const WeirChan &) = delete;

    void send(uint64_t message)
    {
        if (weir_chan_send(chan_, &message) != WEIR_OK)
            abort();
    }

    uint64_t recv()
    {
        uint64_t message;

        if (weir_chan_recv(chan_, &message) != WEIR_OK)
            abort();
        return message;
    }

    bool try_send(uint64_t message)
    {
        return weir_chan_try_send(chan_, &message) == WEIR_OK;
    }

    bool try_recv(uint64_t &message)
    {
        return weir_chan_try_recv(chan_, &message) == WEIR_OK;
    }

    static weir_chan *make(size_t capacity)
    {
        return weir_chan_make(sizeof(uint64_t), capacity);
    }

    static void free(weir_chan *chan)
    {
        weir_chan_free(chan);
    }

    const void *where() const
    {
        return chan_;
    }

  private:
    weir_chan *chan_;
};

} // namespace bench

#endif
