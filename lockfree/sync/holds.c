/* SPDX-License-Identifier: MIT */
/* sync/holds.c - the tables of holds; see sync/holds.h. */
#include "sync/holds.h"
#include "park/policy.h"

#define SLAB_FIRST_LOG2 5 /* 32 tables: one page */
#define SLABS 26
#define STEP_MIN_NS 50000 /* as a heavy fence may cost */
#define STEP_MAX_NS 10000000

static struct wr_lock registry;
static struct wr_holds *slabs[SLABS]; /* each before `known` reaches it */
static struct wr_holds *free_tables;  /* under `registry` */
static WEIR_ATOMIC(unsigned) known;

static struct wr_holds *
table_at(unsigned number)
{
    const unsigned i = number + (1u << SLAB_FIRST_LOG2);
    const unsigned log2 = 31u - (unsigned)__builtin_clz(i);

    return &slabs[log2 - SLAB_FIRST_LOG2][i - (1u << log2)];
}

/* A table more.  NULL: out of memory. */
static struct wr_holds *
grow_locked(void)
{
    const unsigned number = weir_load_rlx(&known);
    const unsigned i = number + (1u << SLAB_FIRST_LOG2);
    const unsigned log2 = 31u - (unsigned)__builtin_clz(i);
    struct wr_holds **slab = &slabs[log2 - SLAB_FIRST_LOG2];

    if (log2 - SLAB_FIRST_LOG2 >= SLABS)
        return NULL;
    if (*slab == NULL)
        *slab = wr_sys_map(sizeof(struct wr_holds) << log2);
    if (*slab == NULL)
        return NULL;
    /* order(holds.known) SC: before this thread's first look at a lock's word;
     * a writer that misses it in wr_holds_count() has not missed a reader.
     * order(holds.known) REL: the slab, see wr_holds_wake_all(). */
    (void)weir_xchg_sc(&known, number + 1);
    return table_at(number);
}

static void before_park(struct wr_thread *self);
static void at_exit(struct wr_thread *self);

static const struct wr_hold_ops ops = { before_park, at_exit };

struct wr_holds *
wr_holds_get(void)
{
    struct wr_thread *self = wr_sys_self();
    struct wr_holds *t = self->holds;

    if (t != NULL || self->exiting)
        return t;
    wr_lock_acquire(&registry);
    t = free_tables;
    if (t != NULL)
        free_tables = t->next_free;
    else
        t = grow_locked();
    wr_lock_release(&registry);
    if (t != NULL) {
        self->holds = t;
        self->hold_ops = &ops;
        wr_thread_register(self);
    }
    return t;
}

static void
before_park(struct wr_thread *self)
{
    struct wr_holds *t = self->holds;

    for (unsigned i = 0; i < HOLD_SLOTS; i++) {
        weir_rwmutex *rw = weir_load_rlx(&t->slot[i]);

        if (rw == NULL)
            continue;
        /* relaxed: the store of the slot publishes it. */
        (void)weir_fetch_add_rlx(&rw->central, CENTRAL_HOLD);
        wr_slot_leave(t, i);
    }
}

static void
at_exit(struct wr_thread *self)
{
    struct wr_holds *t = self->holds;

    before_park(self);
    self->holds = NULL;
    self->hold_ops = NULL;
    wr_lock_acquire(&registry);
    t->next_free = free_tables;
    free_tables = t;
    wr_lock_release(&registry);
}

static uint32_t
count_in(const struct wr_holds *table, const weir_rwmutex *rw)
{
    struct wr_holds *t = (struct wr_holds *)(uintptr_t)table;
    uint32_t n = 0;

    for (unsigned i = 0; i < HOLD_SLOTS; i++)
        /* order(rwmutex.word) SC: after this writer's LOCKED; against
         * slot_enter().
         * order(holds.slot) ACQ: see wr_slot_leave(). */
        n += weir_load_sc(&t->slot[i]) == rw;
    return n;
}

uint32_t
wr_holds_count(const weir_rwmutex *rw, unsigned *from, bool first_only)
{
    /* order(holds.known) SC: after this writer's LOCKED; see grow_locked(). */
    const unsigned n = weir_load_sc(&known);
    unsigned first = n;
    uint32_t sum = 0;

    for (unsigned i = *from; i < n; i++) {
        const uint32_t here = count_in(table_at(i), rw);

        if (here == 0)
            continue;
        if (sum == 0)
            first = i;
        sum += here;
        if (first_only)
            break;
    }
    *from = first;
    return sum;
}

WR_COLD void
wr_holds_wake(struct wr_holds *t)
{
    struct wr_link *claimed;
    uint32_t count;

    wr_lock_acquire(&t->lock);
    claimed = wr_waiter_claim_all(&t->writers, &count);
    weir_store_rlx(&t->wanted, 0); /* relaxed: under the lock */
    wr_lock_release(&t->lock);
    wr_waiter_grant_all(claimed, WEIR_AGAIN);
}

void
wr_holds_wake_all(void)
{
    /* order(holds.known) ACQ: the slabs, see grow_locked(). */
    const unsigned n = weir_load_acq(&known);

    for (unsigned i = 0; i < n; i++) {
        struct wr_holds *t = table_at(i);

        if (weir_load_rlx(&t->wanted) != 0)
            wr_holds_wake(t);
    }
}

static void
withdraw(struct wr_holds *t, struct wr_link *link)
{
    wr_lock_acquire(&t->lock);
    if (wr_link_is_linked(link))
        wr_list_unlink(&t->writers, link);
    if (wr_list_is_empty(&t->writers))
        weir_store_rlx(&t->wanted, 0); /* relaxed: under the lock */
    wr_lock_release(&t->lock);
}

int
wr_holds_wait(unsigned number, weir_rwmutex *rw, uint32_t central,
              struct wr_waiter *w, weir_limit limit, int64_t *step_ns)
{
    struct wr_holds *t = table_at(number);
    const bool fence = *step_ns != 0;
    const int64_t step = fence ? *step_ns : STEP_MIN_NS;
    int64_t look_ns = WR_NEVER;
    bool left;
    int status;

    wr_lock_acquire(&t->lock);
    wr_waiter_arm(w);
    wr_list_append(&t->writers, &w->node.link);
    weir_store_rlx(&t->wanted, 1); /* relaxed: the heavy fence orders it */
    wr_lock_release(&t->lock);
    if (!(fence && wr_sys_fence_heavy()))
        look_ns = wr_sys_now_ns() + step;
    /* Another thread may give back what stands here: leave_central() changes
     * central, then wakes those who want. */
    if (count_in(t, rw) == 0 || weir_load_rlx(&rw->central) != central)
        look_ns = 0;
    if (look_ns < limit.at_ns)
        limit.at_ns = look_ns;
    status = wr_waiter_wait(w, limit, false, &left);
    if (left)
        withdraw(t, &w->node.link);
    if (status == WEIR_TIMEOUT)
        *step_ns = step < STEP_MAX_NS ? step * 2 : step;
    return status;
}
