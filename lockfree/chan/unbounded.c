/* SPDX-License-Identifier: MIT */
/* chan/unbounded.c - what both sides of such a channel need; see
 * chan/unbounded.h. */
#include "chan/unbounded.h"

/* Neither published nor moved on. */
static bool
is_stuck(const struct chan_spot *spot)
{
    return (int64_t)(weir_ring_load_stamp(spot->slot) - spot->want) < 0 &&
           /* relaxed: who goes on looks again */
           weir_load_rlx(&spot->side->segment) == spot->segment;
}

void
wr_chan_spot_await(const struct chan_spot *spot)
{
    struct wr_spin spin = wr_spin_start(WR_WAIT_SPIN_NS);

    do {
        if (!is_stuck(spot))
            return;
    } while (wr_spin_more(&spin));
    wr_sys_yield();
    while (is_stuck(spot))
        wr_sys_nap(WR_NAP_NS);
}

bool
wr_unbounded_send_hint(weir_chan *ch)
{
    const uint64_t t = weir_load_rlx(&ch->send.word);

    return (t & CHAN_CLOSED) ||
           !chan_is_full(ch, t, weir_load_rlx(&ch->receive.word));
}

bool
wr_unbounded_recv_hint(weir_chan *ch)
{
    const uint64_t h = weir_load_rlx(&ch->receive.word) & ~WEIR_RING_FLAGS;
    struct chan_spot spot;

    return chan_spot_see(ch, &ch->receive, h, WEIR_RING_FULL, &spot) ==
           spot.want;
}
