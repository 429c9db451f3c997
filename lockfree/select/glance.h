/* SPDX-License-Identifier: MIT */
/*
 * select/glance.h - which cases of a small select are worth a look, without a
 * branch on what their stamps say; see select/select.h.
 *
 * The loads of the cases overlap, so what a glance costs is its instructions.
 * What is rare, or stays as it is (no channel, flags, a standing reason to
 * look), is a branch.  What a claim needs of the last case whose stamp says
 * ready comes along in registers, by conditional moves: the compiler makes them
 * of the assignments in glance_side() as long as no other path leads there.
 */
#ifndef WR_SELECT_GLANCE_H
#define WR_SELECT_GLANCE_H

#include "chan/fast.h"
#include "select/select.h"

/* Does a case seem to be ready? */
static inline bool
case_hint(const weir_case *c)
{
    if (c->on == NULL)
        return false;
    if (c->op == WEIR_CASE_EVENT)
        return weir_event_is_set(c->on);
    return c->op == WEIR_CASE_SEND ? chan_send_hint(c->on)
                                   : chan_recv_hint(c->on);
}

/* What was seen of the cases up to now. */
struct glance {
    uint64_t ready;  /* a bit for each: worth a look */
    weir_chan *ch;   /* of the last one by its stamp, */
    char *slot;      /* with its slot (NULL: one by a hint came later), */
    uint64_t ticket; /* which is ready for this */
};

/* By a hint: only a look can tell. */
static WR_INLINE struct glance
glance_hint(struct glance g, const weir_case *c)
{
    const bool hit = case_hint(c);

    g.ready = g.ready * 2 + hit;
    g.slot = hit ? NULL : g.slot;
    return g;
}

static WR_INLINE struct glance
glance_side(struct glance g, const weir_case *c, struct chan_side *side,
            uint64_t full, unsigned look)
{
    weir_chan *ch = c->on;
    const uint64_t ticket = weir_ring_load_word(&side->word);
    char *slot = weir_ring_slot(ch->shape, ch->slots, ticket);
    uint64_t hit;

    chan_check(ch);
    if (wr_unlikely(ticket & WEIR_RING_FLAGS) ||
        wr_unlikely(weir_load_rlx(&ch->look) & look))
        return glance_hint(g, c);
    hit = weir_ring_load_stamp(slot) == (ticket | full);
    g.ready = g.ready * 2 + hit;
    if (wr_unpredictable(hit)) {
        g.ch = ch;
        g.slot = slot;
        g.ticket = ticket;
    }
    return g;
}

/* `g` and one case more. */
static WR_INLINE struct glance
glance(struct glance g, const weir_case *c)
{
    weir_chan *ch = c->on;

    if (wr_unlikely(ch == NULL)) {
        g.ready *= 2;
        return g;
    }
    if (wr_likely(c->op == WEIR_CASE_RECV))
        return glance_side(g, c, &ch->receive, WEIR_RING_FULL, CHAN_LOOK_RECV);
    if (c->op == WEIR_CASE_SEND)
        return glance_side(g, c, &ch->send, 0, CHAN_LOOK_SEND);
    return glance_hint(g, c);
}

#endif
