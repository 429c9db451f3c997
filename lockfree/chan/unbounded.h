/* SPDX-License-Identifier: MIT */
/*
 * chan/unbounded.h - a channel whose buffer grows, up to a quota if it has one;
 * see chan/chan.h for its rule and chan/segments.h for its slots.
 *
 * The words, their flags and the lists are those of a ring.  What differs:
 *
 *   full      never without a quota; with one, when the indices are a quota
 *             apart.  No stamp says so; a sender looks at the receive word,
 *             and notes how far it then may go (send.bound), so that it looks
 *             about once per quota
 *   a slot    of the next send ticket is always free (G1): whoever may claim
 *             never waits for a receiver's stamp
 *   a look    the first one, inline in chan.c, has the word that the look at
 *             the ring found.  It claims if the stamp alone says that this is
 *             all there is to do: no quota to be looked at by a sender, no
 *             segment that ends.  All else is left to the operations
 *   growing   before the claim of a segment's last ticket, without the lock;
 *             a hand-in at the end of a segment is the receiver's to make room
 *             for.  If it cannot, those who are parked to send get WEIR_NOMEM
 *   lagging   the side's pointer is one segment behind (chan/segments.h)
 *
 * Invariants, at every unlock, besides R and Q
 *   S  senders' list not empty => receive.word frozen, and the indices exactly
 *      a quota apart
 *   U  a word with SLOW has no lag on its own side, but for claims from before
 *      it was frozen: of the send word none, since by R all of them were taken
 *
 * Race: two parties say "full" and "empty": as in weir/ring.h, ring.exact.
 *
 * Race: a quota's bound
 *
 *     a sender                  another sender          a receiver
 *     --------                  --------------          ----------
 *                                                       CAS receive.word: h
 *     reads receive.word: h     <-- ring.claim -->
 *     bound = h + quota         reads bound
 *          <-- chan.bound -->   claims below it
 *
 *   The index only grows, so a bound once right stays so; an older one that is
 *   stored over it is lower, and costs a look.
 *
 * Last touch: of a send, the stamp of its last message.
 * Limits  see chan/segments.h.  A select with a send never enrols without a
 *         quota: it is ready, or closed.
 */
#ifndef WR_CHAN_UNBOUNDED_H
#define WR_CHAN_UNBOUNDED_H

#include "chan/chan.h"

/* What an attempt may also come to, besides those of chan/chan.h. */
enum {
    CHAN_LAGS = 3, /* the side's pointer is behind its word */
    CHAN_SHORT = 4 /* the next segment is missing */
};

/* Where a party looks, and for what stamp. */
struct chan_spot {
    struct chan_side *side;
    struct chan_segment *segment;
    char *slot;
    uint64_t want;
};

/* Look at the slot of `ticket` by the side's pointer: its stamp. */
static inline uint64_t
chan_spot_see(const weir_chan *ch, struct chan_side *side, uint64_t ticket,
              uint64_t full, struct chan_spot *spot)
{
    spot->side = side;
    spot->want = ticket | full;
    /* order(segments.side) ACQ: that there are stamps, for who read the word
     * before it moved; see chan_spot_advance(). */
    spot->segment = weir_load_acq(&side->segment);
    spot->slot = chan_segment_slot(chan_segments(ch), spot->segment, ticket);
    return weir_ring_load_stamp(spot->slot);
}

/* As chan_claim_now(), of `ticket`, the side's word as it was read: the slot,
 * or NULL.  The last ticket of a segment, behind which there is more to do, is
 * left to a second look; a word with a flag equals no stamp. */
static inline char *
chan_spot_claim_now(const weir_chan *ch, struct chan_side *side, uint64_t full,
                    uint64_t ticket)
{
    const struct chan_segments *all = chan_segments(ch);
    struct chan_spot spot;

    if (wr_likely(chan_spot_see(ch, side, ticket, full, &spot) == spot.want) &&
        wr_likely(chan_segment_position(all, ticket) != all->mask) &&
        wr_likely(
            weir_ring_claim_to(&side->word, &ticket, ticket + WEIR_RING_STEP)))
        return spot.slot;
    return NULL;
}

/* `n` tickets from that of `spot` on are claimed: the side's pointer behind
 * them, if they end the segment. */
static inline void
chan_spot_advance(const weir_chan *ch, const struct chan_spot *spot, uint64_t n)
{
    if (wr_likely(chan_segment_left(chan_segments(ch), spot->want) > n))
        return;
    /* order(segments.side) REL: what chan_segment_next() acquired, to
     * chan_spot_see(). */
    weir_store_rel(&spot->side->segment, chan_segment_next(spot->segment));
}

/* The lock holder's move of a frozen word by one ticket, with what follows it.
 */
static inline void
chan_move_frozen(struct chan_side *side, uint64_t word)
{
    /* order(ring.claim) REL: as weir_ring_claim_to(); a store, see bounded.c,
     * move_word(). */
    weir_store_rel(&side->word, word);
}

/* Wait for what kept a party from its ticket: an unpublished message, or a
 * pointer that lags.  Its party is running, or runnable. */
void wr_chan_spot_await(const struct chan_spot *spot);

#endif
