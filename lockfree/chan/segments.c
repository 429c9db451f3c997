/* SPDX-License-Identifier: MIT */
/* chan/segments.c - making, linking, using again; see chan/segments.h. */
#include "chan/chan.h"

struct chan_segment *
wr_segment_make(const weir_chan *ch)
{
    const struct chan_segments *all = chan_segments(ch);
    const size_t slop = WEIR_CACHE_LINE - 16; /* of a 16-byte aligned block */
    struct chan_segment *segment;
    char *block;

    block =
        wr_sys_alloc(sizeof(*segment) + (all->mask + 1) * all->stride + slop);
    if (block == NULL)
        return NULL;
    segment = (struct chan_segment *)(((uintptr_t)block + slop) &
                                      ~(uintptr_t)(WEIR_CACHE_LINE - 1));
    segment->block = block;
    return segment;
}

void
wr_segment_free(struct chan_segment *segment)
{
    if (segment != NULL)
        wr_sys_free(segment->block);
}

/* Its slots wait for the tickets from `base` on.  Nobody looks for them yet. */
static void
start(const struct chan_segments *all, struct chan_segment *segment,
      uint64_t base)
{
    char *slot = segment->slots;

    segment->base = base;
    weir_store_rlx(&segment->next, NULL);
    for (uint64_t i = 0; i <= all->mask; i++) {
        weir_store_rlx(weir_ring_stamp(slot), base + i * WEIR_RING_STEP);
        slot += all->stride;
    }
}

/* Has every message in it been read?  Most often the last has not. */
static bool
is_over(const struct chan_segments *all, const struct chan_segment *segment)
{
    for (uint64_t i = all->mask + 1; i-- > 0;) {
        char *slot = (char *)(uintptr_t)segment->slots + i * all->stride;

        if (weir_ring_load_stamp(slot) !=
            ((segment->base + i * WEIR_RING_STEP) | CHAN_TAKEN))
            return false;
    }
    return true;
}

bool
wr_segments_extend(weir_chan *ch, struct chan_segment **spare)
{
    struct chan_segments *all = chan_segments(ch);
    struct chan_segment *newest = all->newest;
    struct chan_segment *more = all->oldest;

    if (is_over(all, more)) { /* so it is not the newest (G1) */
        all->oldest = weir_load_rlx(&more->next);
    } else {
        more = *spare;
        *spare = NULL;
    }
    if (more == NULL)
        return false;
    start(all, more, newest->base + (all->mask + 1) * WEIR_RING_STEP);
    /* order(segments.next) REL: its stamps, and that its old messages have been
     * read, to chan_segment_next(). */
    weir_store_rel(&newest->next, more);
    all->newest = more;
    return true;
}

bool
wr_segments_grow(weir_chan *ch, uint64_t ticket)
{
    const struct chan_segments *all = chan_segments(ch);
    struct chan_segment *spare = NULL;
    bool grown;

    for (;;) {
        wr_lock_acquire(&ch->lock);
        grown = (int64_t)(all->newest->base - ticket) > 0 ||
                wr_segments_extend(ch, &spare);
        wr_lock_release(&ch->lock);
        if (grown)
            break;
        spare = wr_segment_make(ch);
        if (spare == NULL)
            return false;
    }
    wr_segment_free(spare); /* another was faster */
    return true;
}

/* As many slots as CHAN_SEGMENT_BYTES holds, a power of two. */
static uint64_t
mask_of(uint64_t stride)
{
    uint64_t slots = CHAN_SEGMENT_SLOTS_MIN;

    while (slots * 2 * stride <= CHAN_SEGMENT_BYTES)
        slots *= 2;
    return slots - 1;
}

bool
wr_segments_init(weir_chan *ch, size_t quota)
{
    struct chan_segments *all = chan_segments(ch);
    struct chan_segment *first;

    all->stride = WEIR_RING_STRIDE((uint64_t)ch->elem_bytes);
    all->mask = mask_of(all->stride);
    all->quota = quota * WEIR_RING_STEP;
    first = wr_segment_make(ch);
    if (first == NULL)
        return false;
    start(all, first, 0);
    all->oldest = all->newest = first;
    weir_store_rlx(&ch->send.segment, first);
    weir_store_rlx(&ch->receive.segment, first);
    weir_store_rlx(&ch->send.bound, all->quota);
    return true;
}

void
wr_segments_free(weir_chan *ch)
{
    struct chan_segment *segment = chan_segments(ch)->oldest;

    while (segment != NULL) {
        struct chan_segment *next = weir_load_rlx(&segment->next);

        wr_segment_free(segment);
        segment = next;
    }
}
