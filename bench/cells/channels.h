// SPDX-License-Identifier: MIT
/* cells/channels.h - the channels that cells compare, as lists of types. */
#ifndef BENCH_CELLS_CHANNELS_H
#define BENCH_CELLS_CHANNELS_H

#include "cells/make.h"
#include "impl/chan_twin.h"
#include "impl/chan_weir.h"

namespace bench
{

/** weir's channel, and twice its twin of a mutex and condition variables; for
 * capacities from 1. */
template <size_t Bytes, class Make>
void
add_queues_of(Cell &cell, Make make)
{
    using Twin = TwinQueueOf<Bytes>;

    add_contender(cell, "weir", Role::weir, make(Type<WeirChanOf<Bytes>>()));
    add_contender(cell, "twin", Role::baseline, make(Type<Twin>()));
    add_contender(cell, "twin-again", Role::again, make(Type<Twin>()));
}

template <class Make>
void
add_queues(Cell &cell, Make make)
{
    add_queues_of<8>(cell, make);
}

/** As add_queues; at capacity 0 the twin is a rendezvous. */
template <class Make>
void
add_chans(Cell &cell, size_t capacity, Make make)
{
    if (capacity > 0) {
        add_queues(cell, make);
        return;
    }
    add_contender(cell, "weir", Role::weir, make(Type<WeirChan>()));
    add_contender(cell, "twin", Role::baseline, make(Type<TwinMeeting>()));
    add_contender(cell, "twin-again", Role::again, make(Type<TwinMeeting>()));
}

} // namespace bench

#endif
