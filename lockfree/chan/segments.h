/* SPDX-License-Identifier: MIT */
/*
 * chan/segments.h - the slots of an unbounded channel: segments in a chain.
 *
 * State
 *   segment   `mask + 1` slots, for the tickets from `base` on
 *   next      the segment of the tickets behind; NULL: not there yet
 *   oldest, newest  the ends of the chain
 *   stamp     t: the slot waits for the sender of t;  t | WEIR_RING_FULL: it
 *             holds the message of t;  t | CHAN_TAKEN: that has been read.  t
 *             is the whole ticket, so a stamp names its segment, too
 *   side.segment  where the side's index points to.  Who claims the last ticket
 *             of a segment moves it on, behind its claim and before its stamp.
 *             In between it lags, by one segment; a party that sees this (its
 *             slot's stamp is of an earlier ticket) waits, or comes back
 *             Who claimed the last ticket (or sent the message that the
 *             receiver of it got) had seen `next` before, so whoever reads a
 *             later index has the stamps behind it by ring.claim.  An older
 *             index beside the new pointer has them by segments.side alone: it
 *             would find what malloc left, though no claim could succeed by it
 *
 * Invariants
 *   G1  The slot of the next send ticket exists: the last ticket of a segment
 *       is claimed only when the next segment is linked.  So the receiver of
 *       that ticket finds it, too.
 *   G2  A slot's stamp only grows, also when its segment is used again.
 *   G3  A party that reads stamp t (t | FULL) and then claims t has the segment
 *       of t for its own until it publishes: while the slot waits for it, the
 *       segment is not used again.  A look at `next` between the two is valid.
 *
 * Reuse  A segment whose slots are all TAKEN is touched by nobody any more but
 *        by those who still hold a pointer to it from before; they look at
 *        stamps only, find them of other tickets than theirs (G2), and look
 *        again.  So the oldest segment becomes the newest.  Memory goes back
 *        with the channel, not before: it keeps as many segments as it once
 *        needed.
 *
 *     receiver                         grower (locked)
 *     --------                         ---------------
 *     side.segment = next              all stamps TAKEN ?
 *     reads the message                stamps of later tickets
 *     stamp = TAKEN  <-- ring.stamp --> newest.next = it
 *
 * Last touch: of a segment's use, its last TAKEN; of all, the channel's free.
 * Locks  the channel's list lock, for the chain's ends and `base`.  Growing
 *        takes it once per segment; memory is got before.
 * Limits 2^59 messages per channel.  A receiver that stops between its claim
 *        and its stamp keeps all later segments from being used again.
 * Source the chain of blocks is related to crossbeam's list flavour and to
 *        LCRQ's chain of rings (Morrison and Afek, 2013); a stamp with the
 *        whole ticket and memory that keeps its type replace both's
 *        reclamation.
 */
#ifndef WR_CHAN_SEGMENTS_H
#define WR_CHAN_SEGMENTS_H

#include "base/base.h"

#include <weir/chan.h>
#include <weir/ring.h>

/* About a page; the explorer has two slots. */
#ifndef CHAN_SEGMENT_BYTES
#define CHAN_SEGMENT_BYTES 4096
#endif
#define CHAN_SEGMENT_SLOTS_MIN 2

/* Not 3: a receive word with SLOW, and FULL, must equal no stamp. */
#define CHAN_TAKEN ((uint64_t)5)

struct chan_segment {
    WEIR_ATOMIC(struct chan_segment *) next;
    uint64_t base; /* under the lock */
    void *block;   /* what free() gets */
    char slots[] WR_ALIGNED(WEIR_CACHE_LINE);
};

/* Behind the options of an unbounded channel. */
struct chan_segments {
    /* Constant once made. */
    uint64_t stride;
    uint64_t mask;  /* slots of a segment, less one */
    uint64_t quota; /* in tickets; 0: none */

    /* Under the lock. */
    struct chan_segment *oldest WR_ALIGNED(WEIR_CACHE_LINE);
    struct chan_segment *newest;
} WR_ALIGNED(WEIR_SEPARATION);

static inline uint64_t
chan_segment_position(const struct chan_segments *all, uint64_t ticket)
{
    return (ticket / WEIR_RING_STEP) & all->mask;
}

/* The slot of `ticket`, if this is its segment. */
static inline char *
chan_segment_slot(const struct chan_segments *all, struct chan_segment *segment,
                  uint64_t ticket)
{
    return segment->slots + chan_segment_position(all, ticket) * all->stride;
}

/* How many tickets from this one on have their slots in one segment. */
static inline uint64_t
chan_segment_left(const struct chan_segments *all, uint64_t ticket)
{
    return all->mask + 1 - chan_segment_position(all, ticket);
}

static inline struct chan_segment *
chan_segment_next(struct chan_segment *segment)
{
    /* order(segments.next) ACQ: its stamps, and that its old messages have been
     * read; see wr_segments_extend(). */
    return weir_load_acq(&segment->next);
}

/* The first segment, whose slots the sides are given; false: out of memory. */
bool wr_segments_init(weir_chan *ch, size_t quota);
void wr_segments_free(weir_chan *ch);

/* One that is in no chain; NULL: out of memory. */
struct chan_segment *wr_segment_make(const weir_chan *ch);
void wr_segment_free(struct chan_segment *segment); /* NULL: nothing happens */

/* Link one more segment: the oldest if it can be used again, else *spare, which
 * becomes NULL; false: neither.  Holds: lock. */
bool wr_segments_extend(weir_chan *ch, struct chan_segment **spare);

/* See that the segment behind that of `ticket` is there.  False: out of memory.
 */
bool wr_segments_grow(weir_chan *ch, uint64_t ticket);

#endif
