/* SPDX-License-Identifier: MIT */
/*
 * lin/chaos.c - one access in 64 yields, four in 64 spin.
 *
 * Each thread has dice of its own, seeded by their address: the schedule is
 * the machine's anyway.
 */
#include <sched.h>

#include "lin_run.h"

void
lin_chaos(void)
{
    static _Thread_local struct lin_dice dice;
    unsigned side;

    if (dice.state == 0)
        dice.state = (uint64_t)(uintptr_t)&dice;
    side = lin_below(&dice, 64);
    if (side == 0) {
        (void)sched_yield();
    } else if (side < 5) {
        struct lin_rest rest = { LIN_PAUSE_SPIN,
                                 (uint16_t)lin_below(&dice, 100) };

        lin_rest(rest);
    }
}
