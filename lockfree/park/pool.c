/* SPDX-License-Identifier: MIT */
/* park/pool.c - the stack of free waiters; see park/pool.h. */
#include "park/pool.h"
#include "park/lock.h"

#define SLAB_FIRST_LOG2 5 /* 32 waiters: one page */
#define SLABS 27

static WEIR_ATOMIC(uint64_t) head;
static struct wr_lock grow_lock;
static WEIR_ATOMIC(struct wr_waiter *) slabs[SLABS];
static unsigned slab_count; /* under grow_lock */

struct wr_waiter *
wr_pool_find(uint32_t id)
{
    const uint32_t i = id - WR_LINK_FIRST_ID + (1u << SLAB_FIRST_LOG2);
    const unsigned log2 = 31u - (unsigned)__builtin_clz(i);
    /* relaxed: who has an id has got it by pool.head, waiter.chain or a lock,
     * and so from after grow_locked(). */
    struct wr_waiter *slab = weir_load_rlx(&slabs[log2 - SLAB_FIRST_LOG2]);

    return &slab[i - (1u << log2)];
}

static struct wr_waiter *
try_pop(void)
{
    /* order(pool.head) ACQ: next_free as wr_pool_push() wrote it. */
    uint64_t found = weir_load_acq(&head);

    while ((uint32_t)found != 0) {
        struct wr_waiter *w = wr_pool_find((uint32_t)found);
        const uint64_t next = weir_load_rlx(&w->next_free);
        const uint64_t tag = (found >> 32) + 1;

        /* order(pool.head) ACQ: what its last user did is before what ours
         * does; see wr_pool_push().  A pop passes nothing on, and leaves the
         * pushes before it in their release sequences. */
        if (weir_cas_acq(&head, &found, tag << 32 | next))
            return w;
    }
    return NULL;
}

void
wr_pool_push(struct wr_waiter *w)
{
    uint64_t found = weir_load_rlx(&head);

    do
        weir_store_rlx(&w->next_free, (uint32_t)found);
    /* order(pool.head) REL: next_free and all of w before the pop in
     * try_pop(). */
    while (!weir_cas_rel(&head, &found, (found >> 32 << 32) | w->id));
}

/* One more slab; its first waiter goes to the caller. */
static struct wr_waiter *
grow_locked(void)
{
    const unsigned log2 = SLAB_FIRST_LOG2 + slab_count;
    const uint32_t count = 1u << log2;
    const uint32_t first_id =
        count - (1u << SLAB_FIRST_LOG2) + WR_LINK_FIRST_ID;
    struct wr_waiter *slab;

    if (slab_count == SLABS)
        return NULL;
    slab = wr_sys_map(count * sizeof(struct wr_waiter));
    if (slab == NULL)
        return NULL;
    for (uint32_t i = 0; i < count; i++) {
        slab[i].id = first_id + i;
        slab[i].node.waiter = &slab[i];
    }
    /* relaxed: see wr_pool_find(). */
    weir_store_rlx(&slabs[slab_count], slab);
    slab_count++;
    for (uint32_t i = count - 1; i > 0; i--)
        wr_pool_push(&slab[i]);
    return &slab[0];
}

struct wr_waiter *
wr_pool_pop(void)
{
    struct wr_waiter *w = try_pop();

    if (w != NULL)
        return w;
    wr_lock_acquire(&grow_lock);
    w = try_pop(); /* another thread may have grown the pool meanwhile */
    if (w == NULL)
        w = grow_locked();
    wr_lock_release(&grow_lock);
    return w;
}

void
wr_waiter_after_fork(void)
{
    weir_store_rlx(&grow_lock.word, LOCK_FREE);
}
