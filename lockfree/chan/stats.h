/* SPDX-License-Identifier: MIT */
/*
 * chan/stats.h - what a channel with the option `stats` notes.
 *
 * State  The index words count what goes through the ring as it is claimed, so
 *        neither side counts messages.  Kept besides:
 *
 *     high_water  the largest depth that a sender saw behind its own message
 *     dropped     messages thrown away
 *     handed      messages that went from stack to stack: no index moved
 *     waits       per side: how many enrolled, how many are enrolled now, and
 *                 the sums of the moments at which they began to be and ended.
 *                 Blocked: ended - begun + open * now
 *
 * Invariant  sent     = send tickets    + handed + dropped (newest)
 *            received = receive tickets + handed - dropped (oldest)
 *        so sent = received + dropped + depth at any instant.
 *
 * Last touch: a party that was served does not touch the channel again, so its
 * end is noted by who claims it; one that leaves takes the lock anyway.
 *
 * Locks  the channel's, but for the two atomics.
 * Limits the sums of moments are modulo 2^64; what comes of them is right.
 *        Branches of a select are not noted: they wait for several channels.
 */
#ifndef WR_CHAN_STATS_H
#define WR_CHAN_STATS_H

#include "park/waiter.h"

#include <weir/chan.h>

enum chan_who { CHAN_SENDER, CHAN_RECEIVER };

struct chan_waits {
    uint64_t count;
    uint64_t open;
    uint64_t begun_ns;
    uint64_t ended_ns;
};

struct chan_notes {
    WEIR_ATOMIC(uint64_t) high_water;
    WEIR_ATOMIC(uint64_t) dropped;
    uint64_t handed;
    struct chan_waits waits[2]; /* by enum chan_who */
};

/* All of these: only if chan_keeps_stats(). */

/* The caller has claimed n send tickets from `ticket` on and published none. */
void wr_chan_note_depth(weir_chan *ch, uint64_t ticket, uint64_t n);
/* The ring is exactly full.  Holds: lock. */
void wr_chan_note_full(weir_chan *ch);
void wr_chan_note_dropped(weir_chan *ch);
/* A party enrolled with its own node; it left.  Holds: lock. */
void wr_chan_note_enrolled(weir_chan *ch, enum chan_who who);
void wr_chan_note_left(weir_chan *ch, enum chan_who who);
/* A party was claimed by this node.  Holds: lock. */
void wr_chan_note_claimed(weir_chan *ch, enum chan_who who,
                          const struct wr_node *node);
/* As above, and it gets, or gave, its message from stack to stack. */
void wr_chan_note_handed(weir_chan *ch, enum chan_who who,
                         const struct wr_node *node);

#endif
