// SPDX-License-Identifier: MIT
/* impl/chan_weir.h - the channel of libweir behind the suite's small face. */
#ifndef BENCH_IMPL_CHAN_WEIR_H
#define BENCH_IMPL_CHAN_WEIR_H

#include "impl/message.h"

#include <weir/chan.h>

#include <cstdlib>

namespace bench
{

/** A bounded channel or, at capacity 0, a rendezvous. */
template <size_t Bytes> class WeirChanOf
{
  public:
    using Element = Message<Bytes>;

    explicit WeirChanOf(size_t capacity)
        : chan_(weir_chan_make(sizeof(Element), capacity))
    {
        if (!chan_)
            abort();
    }
    ~WeirChanOf()
    {
        weir_chan_free(chan_);
    }
    WeirChanOf(const WeirChanOf &) = delete;
    WeirChanOf &operator=(const WeirChanOf &) = delete;

    void send(uint64_t number)
    {
        Element message;

        pack(message, number);
        if (weir_chan_send(chan_, &message) != WEIR_OK)
            abort();
    }

    uint64_t recv()
    {
        Element message;

        if (weir_chan_recv(chan_, &message) != WEIR_OK)
            abort();
        return unpack(message);
    }

    bool try_send(uint64_t number)
    {
        Element message;

        pack(message, number);
        return weir_chan_try_send(chan_, &message) == WEIR_OK;
    }

    bool try_recv(uint64_t &number)
    {
        Element message;

        if (weir_chan_try_recv(chan_, &message) != WEIR_OK)
            return false;
        number = unpack(message);
        return true;
    }

    /** Up to n messages, at least one: how many. */
    size_t send_n(const Element *messages, size_t n)
    {
        size_t sent;

        if (weir_chan_send_n(chan_, messages, n, &sent) != WEIR_OK)
            abort();
        return sent;
    }

    size_t recv_n(Element *messages, size_t n)
    {
        size_t got;

        if (weir_chan_recv_n(chan_, messages, n, &got) != WEIR_OK)
            abort();
        return got;
    }

    static weir_chan *make(size_t capacity)
    {
        return weir_chan_make(sizeof(Element), capacity);
    }

    static void free(weir_chan *chan)
    {
        weir_chan_free(chan);
    }

    const void *where() const
    {
        return chan_;
    }

    weir_chan *get() const
    {
        return chan_;
    }

  private:
    weir_chan *chan_;
};

using WeirChan = WeirChanOf<8>;

} // namespace bench

#endif
