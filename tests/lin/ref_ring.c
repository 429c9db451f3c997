/* SPDX-License-Identifier: MIT */
/*
 * lin/ref_ring.c - a small stamped ring for the tests of the runner.
 *
 * Between a claim and its publication it yields now and then: that is the
 * window in which the wrong variants show.
 *
 * Source   D. Vyukov, "Bounded MPMC queue" (2010); the exact answers are
 *          those of <weir/mpmc.h>.
 */
#include "ref_ring.h"

#include <sched.h>
#include <string.h>

struct slot {
    WEIR_ATOMIC(uint64_t) stamp; /* i: free for i; i + 1: full for i */
    WEIR_ATOMIC(uint64_t) value;
};

static struct ref_ring {
    _Alignas(128) WEIR_ATOMIC(uint64_t) tail;
    _Alignas(128) WEIR_ATOMIC(uint64_t) head;
    _Alignas(128) uint64_t capacity;
    struct slot slot[CHAN_MODEL_CAP_MAX];
} the_ring;

static enum ref_ring_bug bug; /* set before the threads start */

/* Stamps count in units of two indexes: with capacity 1, "full for i" and
 * "free for i + 1" are different numbers. */
static uint64_t
free_for(uint64_t i)
{
    return 2 * i;
}

static uint64_t
full_for(uint64_t i)
{
    return 2 * i + 1;
}

static void *
ref_ring_make(unsigned capacity)
{
    memset(&the_ring, 0, sizeof(the_ring));
    the_ring.capacity = capacity;
    for (uint64_t i = 0; i < capacity; i++)
        weir_store_rlx(&the_ring.slot[i].stamp, free_for(i));
    return &the_ring;
}

static bool
claim(WEIR_ATOMIC(uint64_t) *index, uint64_t at)
{
    /* order(ref_ring.index) REL+ACQ: a claim is seen with those before it;
     * pairs with itself */
    return weir_cas_acqrel(index, &at, at + 1);
}

static void
rest(uint64_t at)
{
    if (at % 3 == 1)
        (void)sched_yield();
}

static bool
ref_ring_push(void *arg, uint64_t value)
{
    struct ref_ring *ring = arg;

    for (;;) {
        /* order(ref_ring.index) ACQ: pairs with claim */
        uint64_t tail = weir_load_acq(&ring->tail);
        struct slot *slot = &ring->slot[tail % ring->capacity];

        /* order(ref_ring.stamp) ACQ: the pop of the last lap is over; pairs
         * with ref_ring_pop */
        if (weir_load_acq(&slot->stamp) == free_for(tail)) {
            if (!claim(&ring->tail, tail))
                continue;
            rest(tail);
            weir_store_rlx(&slot->value, value);
            /* order(ref_ring.stamp) REL: the value is there; pairs with
             * ref_ring_pop */
            weir_store_rel(&slot->stamp, full_for(tail));
            return true;
        }
        if (bug == REF_RING_STAMP_FULL && tail == weir_load_rlx(&ring->tail))
            return false;
        /* order(ref_ring.index) ACQ: pairs with claim */
        if ((int64_t)(tail - weir_load_acq(&ring->head)) >=
            (int64_t)ring->capacity)
            return false;
        (void)sched_yield(); /* a slot that is being emptied, or a lost race */
    }
}

static bool
ref_ring_pop(void *arg, uint64_t *value)
{
    struct ref_ring *ring = arg;

    for (;;) {
        /* order(ref_ring.index) ACQ: pairs with claim */
        uint64_t head = weir_load_acq(&ring->head);
        struct slot *slot = &ring->slot[head % ring->capacity];

        /* order(ref_ring.stamp) ACQ: the value is there; pairs with
         * ref_ring_push */
        if (weir_load_acq(&slot->stamp) == full_for(head)) {
            if (!claim(&ring->head, head))
                continue;
            *value = weir_load_rlx(&slot->value);
            rest(head);
            /* order(ref_ring.stamp) REL: the value has been read; pairs with
             * ref_ring_push */
            weir_store_rel(&slot->stamp, free_for(head + ring->capacity));
            if (bug == REF_RING_FREE_EARLY) {
                rest(head);
                *value = weir_load_rlx(&slot->value);
            }
            return true;
        }
        if (bug == REF_RING_STAMP_EMPTY && head == weir_load_rlx(&ring->head))
            return false;
        /* order(ref_ring.index) ACQ: pairs with claim */
        if (weir_load_acq(&ring->tail) == head)
            return false;
        (void)sched_yield(); /* an item that is being published */
    }
}

const struct ring_ops *
ref_ring_ops(enum ref_ring_bug wanted)
{
    static struct ring_ops ops = {
        .ring = ref_ring_make,
        .try_push = ref_ring_push,
        .try_pop = ref_ring_pop,
    };

    bug = wanted;
    ops.name = wanted == REF_RING_RIGHT ? "reference ring" : "wrong ring";
    return &ops;
}
