/* SPDX-License-Identifier: MIT */
/*
 * chan/slot.c - waiting for a slot, without being enrolled; see chan/chan.h.
 *
 * Nobody wakes a party that waits here, and it looks at its slot's stamp alone.
 */
#include "chan/chan.h"

/* The stamp has reached `want`, or is past it: look at the word again. */
static inline bool
stamp_reached(char *slot, uint64_t want)
{
    return (int64_t)(weir_ring_load_stamp(slot) - want) >= 0;
}

/* Poll the slot for a while, but not at once: see park/policy.c, "The gap". */
bool
wr_slot_spin(weir_chan *ch, struct chan_side *side, char *slot, uint64_t want)
{
    struct wr_spin spin;
    uint64_t gap;

    gap = wr_learned_gap_ns(&side->learned, want & ~WEIR_RING_FULL,
                            WEIR_RING_STEP, ch->gap_max_ns);
    if (!wr_learned_spin(&side->learned))
        return false;
    if (gap > 0)
        wr_spin_away(gap);
    spin = wr_spin_for_party();
    do {
        if (stamp_reached(slot, want)) {
            wr_learned_spin_paid(&side->learned);
            return true;
        }
    } while (wr_spin_more(&spin));
    return false;
}

bool
wr_slot_yield(struct chan_side *side, char *slot, uint64_t want)
{
    if (!wr_learned_yield(&side->learned))
        return false;
    if (!wr_yield_for_party() || !stamp_reached(slot, want))
        return false;
    wr_learned_yield_paid(&side->learned);
    return true;
}

/* Wait for a party that has claimed this slot's ticket and not published yet:
 * it is running, or runnable; nobody would wake us. */
void
wr_slot_await(char *slot, uint64_t want)
{
    struct wr_spin spin = wr_spin_start(WR_WAIT_SPIN_NS);

    do {
        if (stamp_reached(slot, want))
            return;
    } while (wr_spin_more(&spin));
    wr_sys_yield();
    while (!stamp_reached(slot, want))
        wr_sys_nap(WR_NAP_NS);
}
