/* SPDX-License-Identifier: MIT */
/*
 * chan/make.c - making and freeing channels; see chan/chan.h.
 *
 * One block: the header, the options if there are any, the slots.  An unbounded
 * channel's are apart (chan/segments.h).
 *
 * Debug builds see misuse of a channel that is gone: every call looks at the
 * word `magic`, which free changes, and the last small blocks that were freed
 * are kept for a while, so that the word is still there.  Not under a
 * sanitizer or the explorer, who see more when they get the block at once.
 */
#include "chan/chan.h"

#include <string.h>

#define ELEM_BYTES_MAX ((size_t)1 << 20)
#define GAP_NS_PER_SLOT 8 /* a small buffer cannot gather a large batch */
#define GAP_MAX_NS 1200   /* two line round trips of a far pair of CPUs */

#define NO_STAMP UINT64_MAX /* no word equals it */
#define NO_LAP ((uint64_t)1 << 62)

#define CHAN_FREED 0x44414544u

#if defined(__has_feature)
#define FEATURE(x) __has_feature(x)
#else
#define FEATURE(x) 0
#endif

#if defined(NDEBUG) || defined(WEIR_ATOMIC_BACKEND) ||                         \
    defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) ||           \
    FEATURE(address_sanitizer) || FEATURE(thread_sanitizer)

static void
let_go(void *block, size_t bytes)
{
    (void)bytes;
    wr_sys_free(block);
}

#else

#define KEPT 64
#define KEPT_BYTES_MAX 16384

static struct {
    struct wr_lock lock;
    unsigned next;
    void *block[KEPT];
} kept;

static void
let_go(void *block, size_t bytes)
{
    void *oldest = block;

    if (bytes <= KEPT_BYTES_MAX) {
        wr_lock_acquire(&kept.lock);
        oldest = kept.block[kept.next];
        kept.block[kept.next] = block;
        kept.next = (kept.next + 1) % KEPT;
        wr_lock_release(&kept.lock);
    }
    wr_sys_free(oldest);
}

#endif

#ifdef NDEBUG

static void
check_free(const weir_chan *ch)
{
    (void)ch;
}

#else

void
wr_chan_not_alive(const weir_chan *ch)
{
    wr_panic("channel",
             ch->magic == CHAN_FREED ? "use after free" : "not a channel");
}

static void
check_free(const weir_chan *ch)
{
    WR_CHECK(ch->magic != CHAN_FREED, "channel", "double free");
    chan_check(ch);
}

#endif

/* Does every option make sense with the others? */
static bool
options_agree(const weir_chan_options *o, size_t capacity)
{
    switch (o->on_full) {
    case WEIR_FULL_BLOCK:
    case WEIR_FULL_DROP_NEWEST:
        break;
    case WEIR_FULL_DROP_OLDEST:
        if (capacity == 0)
            return false;
        break;
    default:
        return false;
    }
    if (capacity == WEIR_UNBOUNDED)
        return o->on_full == WEIR_FULL_BLOCK &&
               o->quota <= WEIR_RING_CAPACITY_MAX;
    return o->quota == 0;
}

static uint8_t
special_of(const weir_chan_options *o, size_t capacity)
{
    unsigned special = 0;

    if (capacity == WEIR_UNBOUNDED)
        special |= CHAN_GROWS;
    if (o->stats)
        special |= CHAN_STATS;
    if (o->on_full == WEIR_FULL_DROP_NEWEST)
        special |= CHAN_DROPS_NEWEST;
    if (o->on_full == WEIR_FULL_DROP_OLDEST)
        special |= CHAN_DROPS_OLDEST;
    return (uint8_t)special;
}

static uint16_t
gap_max_ns(uint64_t capacity)
{
    return capacity < GAP_MAX_NS / GAP_NS_PER_SLOT
               ? (uint16_t)(capacity * GAP_NS_PER_SLOT)
               : GAP_MAX_NS;
}

/* No ticket has its slot here; distances between tickets are right. */
static bool
init_growing(weir_chan *ch, size_t quota)
{
    const uint64_t capacity = quota == 0 ? UINT64_MAX : quota;

    ch->gap_max_ns = gap_max_ns(capacity);
    ch->shape = (weir_ring_shape){ capacity, NO_LAP - WEIR_RING_STEP, 0 };
    ch->slots = (char *)&ch->no_slot;
    weir_store_rlx(&ch->no_slot, NO_STAMP);
    weir_store_rlx(&ch->look, CHAN_LOOK_BOTH);
    return wr_segments_init(ch, quota);
}

static void
init_slots(weir_chan *ch, size_t capacity, char *slots)
{
    ch->gap_max_ns = gap_max_ns(capacity);
    ch->shape = weir_ring_shape_of(capacity,
                                   WEIR_RING_STRIDE((uint64_t)ch->elem_bytes));
    ch->slots = capacity == 0 ? (char *)&ch->no_slot : slots;
    weir_store_rlx(&ch->no_slot, NO_STAMP);
    if (capacity == 0) {
        weir_store_rlx(&ch->receive.word, WEIR_RING_STEP);
        weir_store_rlx(&ch->look, CHAN_LOOK_BOTH);
    } else if (chan_drops(ch)) {
        weir_store_rlx(&ch->look, CHAN_LOOK_SEND);
    }
    weir_ring_init_slots(ch->shape, ch->slots);
}

/* All tries go the library's way, where debug builds look at the channel. */
static void
forget_missed(weir_chan *ch)
{
    weir_store_rlx(&ch->send.missed, NO_STAMP);
    weir_store_rlx(&ch->receive.missed, NO_STAMP);
}

static void
init(weir_chan *ch, void *block, size_t elem_bytes, uint8_t special,
     const weir_chan_options *options)
{
    memset(ch, 0, sizeof(*ch));
    ch->block = block;
    ch->magic = CHAN_ALIVE;
    ch->elem_bytes = (uint32_t)elem_bytes;
    ch->fast_bytes = options->stats ? UINT32_MAX : (uint32_t)elem_bytes;
    ch->special = special;
    forget_missed(ch);
    wr_learned_init(&ch->send.learned);
    wr_learned_init(&ch->receive.learned);
    if (ch->special) {
        struct chan_extra *extra = chan_extra(ch);

        memset(extra, 0, sizeof(*extra));
        extra->on_drop = options->on_drop;
        extra->drop_arg = options->drop_arg;
    }
}

/* What stands before the slots, or the segments. */
static size_t
header_bytes(uint8_t special)
{
    size_t bytes = sizeof(weir_chan);

    if (special)
        bytes += sizeof(struct chan_extra);
    if (special & CHAN_GROWS)
        bytes += sizeof(struct chan_segments);
    return bytes;
}

/* A channel without slots, and `more` bytes behind it; NULL: out of memory. */
static weir_chan *
make_header(size_t elem_bytes, uint8_t special, size_t more,
            const weir_chan_options *options)
{
    const size_t slop = WEIR_SEPARATION - 16; /* of a 16-byte aligned block */
    const size_t header = header_bytes(special);
    weir_chan *ch;
    char *block;

    if (more > PTRDIFF_MAX - header - slop)
        return NULL;
    block = wr_sys_alloc(header + more + slop);
    if (block == NULL)
        return NULL;
    ch = (weir_chan *)(((uintptr_t)block + slop) &
                       ~(uintptr_t)(WEIR_SEPARATION - 1));
    init(ch, block, elem_bytes, special, options);
    return ch;
}

static weir_chan *
make_growing(size_t elem_bytes, uint8_t special,
             const weir_chan_options *options)
{
    weir_chan *ch = make_header(elem_bytes, special, 0, options);

    if (ch != NULL && !init_growing(ch, options->quota)) {
        wr_sys_free(ch->block);
        ch = NULL;
    }
    return ch;
}

weir_chan *
weir_chan_make_with(size_t elem_bytes, size_t capacity,
                    const weir_chan_options *options)
{
    static const weir_chan_options none;
    uint8_t special;
    size_t bytes;
    weir_chan *ch;

    if (options == NULL)
        options = &none;
    if (!options_agree(options, capacity) || elem_bytes > ELEM_BYTES_MAX)
        return NULL;
    special = special_of(options, capacity);
    if (special & CHAN_GROWS)
        return make_growing(elem_bytes, special, options);
    if (capacity > WEIR_RING_CAPACITY_MAX ||
        __builtin_mul_overflow(capacity, WEIR_RING_STRIDE(elem_bytes), &bytes))
        return NULL;
    ch = make_header(elem_bytes, special, bytes, options);
    if (ch != NULL)
        init_slots(ch, capacity, (char *)ch + header_bytes(special));
    return ch;
}

weir_chan *
weir_chan_make(size_t elem_bytes, size_t capacity)
{
    return weir_chan_make_with(elem_bytes, capacity, NULL);
}

void
weir_chan_free(weir_chan *ch)
{
    bool idle;

    if (ch == NULL)
        return;
    check_free(ch);
    wr_lock_acquire(&ch->lock);
    idle = wr_list_is_empty(&ch->receivers) && wr_list_is_empty(&ch->senders);
    wr_lock_release(&ch->lock);
    WR_CHECK(idle, "channel", "free while somebody waits on it");
    WR_CHECK(wr_watch_free(ch), "channel", "free while it is in a set");
    if (chan_grows(ch))
        wr_segments_free(ch);
    forget_missed(ch);
    ch->magic = CHAN_FREED;
    let_go(ch->block, ch->shape.capacity * weir_ring_stride(ch->shape));
}
