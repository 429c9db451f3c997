/* SPDX-License-Identifier: MIT */
/* chan/stats.c - noting, and telling; see chan/stats.h. */
#include "chan/chan.h"

#include <string.h>

static struct chan_notes *
notes_of(const weir_chan *ch)
{
    return &chan_extra(ch)->notes;
}

static void
raise(WEIR_ATOMIC(uint64_t) *high_water, uint64_t depth)
{
    uint64_t high = weir_load_rlx(high_water);

    /* relaxed: a figure that nothing hangs on. */
    while (high < depth && !weir_cas_rlx(high_water, &high, depth))
        ;
}

void
wr_chan_note_depth(weir_chan *ch, uint64_t ticket, uint64_t n)
{
    /* Behind the claim, as an exact "full" would be: so the depth is no more
     * than there was at the moment of this look. */
    const uint64_t h =
        weir_ring_load_opposite(&ch->receive.word) & ~WEIR_RING_FLAGS;

    raise(&notes_of(ch)->high_water,
          weir_ring_distance(ch->shape, h, ticket) + n);
}

void
wr_chan_note_full(weir_chan *ch)
{
    raise(&notes_of(ch)->high_water, ch->shape.capacity);
}

void
wr_chan_note_dropped(weir_chan *ch)
{
    (void)weir_fetch_add_rlx(&notes_of(ch)->dropped, (uint64_t)1);
}

void
wr_chan_note_enrolled(weir_chan *ch, enum chan_who who)
{
    struct chan_waits *waits = &notes_of(ch)->waits[who];

    waits->count++;
    waits->open++;
    waits->begun_ns += (uint64_t)wr_sys_now_ns();
}

void
wr_chan_note_left(weir_chan *ch, enum chan_who who)
{
    struct chan_waits *waits = &notes_of(ch)->waits[who];

    waits->open--;
    waits->ended_ns += (uint64_t)wr_sys_now_ns();
}

void
wr_chan_note_claimed(weir_chan *ch, enum chan_who who,
                     const struct wr_node *node)
{
    if (node == &node->waiter->node) /* not a branch */
        wr_chan_note_left(ch, who);
}

void
wr_chan_note_handed(weir_chan *ch, enum chan_who who,
                    const struct wr_node *node)
{
    notes_of(ch)->handed++;
    wr_chan_note_claimed(ch, who, node);
}

static uint64_t
blocked_ns(const struct chan_waits *waits, uint64_t now)
{
    return waits->ended_ns - waits->begun_ns + waits->open * now;
}

/* Holds: lock. */
static void
tell_locked(weir_chan *ch, weir_chan_statistics *out)
{
    const struct chan_notes *notes = notes_of(ch);
    const uint64_t now = (uint64_t)wr_sys_now_ns();
    uint64_t sent = notes->handed;
    uint64_t received = notes->handed;

    if (!chan_is_rendezvous(ch)) {
        uint64_t h, t;

        wr_chan_words(ch, &h, &t);
        sent += weir_ring_distance(ch->shape, 0, t);
        received += weir_ring_distance(ch->shape, 0, h);
        out->depth = (size_t)(sent - received);
    }
    out->high_water = (size_t)weir_load_rlx(&notes_of(ch)->high_water);
    out->dropped = weir_load_rlx(&notes_of(ch)->dropped);
    out->sent = sent;
    out->received = received;
    if (ch->special & CHAN_DROPS_NEWEST)
        out->sent += out->dropped;
    else
        out->received -= out->dropped;
    out->send_waits = notes->waits[CHAN_SENDER].count;
    out->recv_waits = notes->waits[CHAN_RECEIVER].count;
    out->send_blocked_ns = blocked_ns(&notes->waits[CHAN_SENDER], now);
    out->recv_blocked_ns = blocked_ns(&notes->waits[CHAN_RECEIVER], now);
}

void
weir_chan_stats(const weir_chan *ch, weir_chan_statistics *out)
{
    weir_chan *c = (weir_chan *)(uintptr_t)ch; /* atomics take no const */

    chan_check(ch);
    memset(out, 0, sizeof(*out));
    out->capacity = weir_chan_cap(ch);
    if (ch == NULL || !chan_keeps_stats(ch)) {
        out->depth = weir_chan_len(ch);
        return;
    }
    wr_lock_acquire(&c->lock);
    tell_locked(c, out);
    wr_lock_release(&c->lock);
}
