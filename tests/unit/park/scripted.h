/* SPDX-License-Identifier: MIT */
/*
 * park/scripted.h - a parker that counts, and runs a script inside park.
 *
 * It makes every interleaving of a wait with its completer a straight line of
 * code.  For one thread.
 */
#ifndef WEIR_TESTS_UNIT_PARK_SCRIPTED_H
#define WEIR_TESTS_UNIT_PARK_SCRIPTED_H

#include "test.h"

#include "park/pool.h"
#include "park/thread.h"

static struct {
    unsigned parks;
    unsigned unparks;
    struct wr_waiter *last;             /* unparked */
    uint32_t state_at_unpark;           /* of it */
    int (*script)(struct wr_waiter *w); /* what happens while it sleeps */
    int64_t deadline_ns;                /* as park was told */
} seen;

static inline int
scripted_park(struct wr_waiter *w, uint32_t word, int64_t deadline_ns)
{
    EXPECT_TRUE(word & WAITER_ASLEEP);
    seen.parks++;
    seen.deadline_ns = deadline_ns;
    return seen.script(w);
}

static inline void
counted_unpark(struct wr_waiter *w)
{
    seen.unparks++;
    seen.last = w;
    seen.state_at_unpark = weir_load_rlx(&w->word) & WAITER_STATE;
}

static const struct wr_parker chained = { scripted_park, counted_unpark, true };
static const struct wr_parker alone = { scripted_park, counted_unpark, false };

/* A list and what its completers remember; locks are for threads. */
static struct {
    struct wr_list list;
    wr_behind behind;
} obj;

static inline void
begin(const struct wr_parker *parker)
{
    seen.parks = seen.unparks = 0;
    seen.last = NULL;
    seen.script = NULL;
    obj.list = (struct wr_list){ NULL, NULL };
    obj.behind = 0;
    wr_sys_self()->parker = parker;
}

static inline void
end(void)
{
    wr_sys_self()->parker = NULL;
}

static inline struct wr_waiter *
enrolled(bool asleep)
{
    struct wr_waiter *w = wr_pool_pop();

    wr_waiter_arm(w);
    wr_list_append(&obj.list, &w->node.link);
    if (asleep)
        (void)weir_fetch_or_rlx(&w->word, (uint32_t)WAITER_ASLEEP);
    return w;
}

static inline struct wr_node *
claim(void)
{
    return wr_waiter_claim_first(&obj.list, &obj.behind);
}

static inline uint32_t
state_of(struct wr_waiter *w)
{
    return weir_load_rlx(&w->word) & WAITER_STATE;
}

static inline int
wait_for(struct wr_waiter *w, bool *left)
{
    return wr_waiter_wait(w, WEIR_FOREVER, false, left);
}

#endif
