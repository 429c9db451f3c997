/* SPDX-License-Identifier: MIT */
/*
 * park/waiter_test.c - claim, grant, leave; see waiter_chain_test.c as well.
 *
 * Race      claim against leave, W1
 *
 *     claimer                              party
 *     -------                              -----
 *     word: WAITING -> CLAIMED             word: WAITING -> LEFT
 *          <-- waiter.claim: one of them wins -->
 */
#include "scripted.h"

#include "park/cancel.h"
#include "park/lock.h"

#include <string.h>

/* --- claim, grant, leave -------------------------------------------------- */

TEST(arming_starts_a_new_wait)
{
    struct wr_waiter *w;
    uint64_t number;

    begin(&chained);
    w = enrolled(false);
    number = weir_load_rlx(&w->chain) >> 32;
    EXPECT_EQ(weir_load_rlx(&w->word), WAITER_WAITING);
    EXPECT_EQ((uint32_t)weir_load_rlx(&w->chain), WR_LINK_EMPTY);
    EXPECT_PTR_EQ(w->parker, &chained);
    wr_waiter_arm(w);
    EXPECT_EQ(weir_load_rlx(&w->chain) >> 32, number + 1);
    wr_list_unlink(&obj.list, &w->node.link);
    wr_pool_push(w);
    end();
}

TEST(claims_come_in_the_order_of_enrolment)
{
    struct wr_waiter *w[4];

    begin(&chained);
    for (int i = 0; i < 4; i++)
        w[i] = enrolled(i % 2);
    for (int i = 0; i < 4; i++) {
        EXPECT_PTR_EQ(claim(), &w[i]->node);
        EXPECT_EQ(state_of(w[i]), WAITER_CLAIMED);
        EXPECT_FALSE(wr_link_is_linked(&w[i]->node.link));
    }
    EXPECT_NULL(claim());
    for (int i = 0; i < 4; i++)
        wr_pool_push(w[i]);
    end();
}

TEST(claim_drops_those_that_have_left)
{
    struct wr_waiter *w[3];

    begin(&chained);
    for (int i = 0; i < 3; i++)
        w[i] = enrolled(false);
    wr_waiter_expel(w[0], WEIR_CANCELED);
    wr_waiter_expel(w[1], WEIR_CANCELED);
    EXPECT_PTR_EQ(claim(), &w[2]->node);
    EXPECT_FALSE(wr_link_is_linked(&w[0]->node.link));
    EXPECT_FALSE(wr_link_is_linked(&w[1]->node.link));
    EXPECT_EQ(obj.behind, 0);
    for (int i = 0; i < 3; i++)
        wr_pool_push(w[i]);
    end();
}

/* --- from hand to hand ---------------------------------------------------- */

static struct wr_node *
serve(struct wr_hand *hand)
{
    return wr_waiter_serve_first(&obj.list, &obj.behind, hand);
}

static uint64_t
small_of(struct wr_waiter *w)
{
    uint64_t small;

    memcpy(&small, w->small, sizeof(small));
    return small;
}

TEST(hand_over_completes_who_is_awake)
{
    struct wr_waiter *own = wr_pool_pop();
    struct wr_hand hand = { .small = 7, .gives = true, .from = own };
    struct wr_waiter *w[2];
    bool left;

    begin(&chained);
    w[0] = enrolled(false);
    w[1] = enrolled(false);
    EXPECT_NULL(serve(&hand));
    EXPECT_TRUE(hand.done);
    EXPECT_EQ(state_of(w[0]), WAITER_DONE);
    EXPECT_EQ(small_of(w[0]), 7);
    EXPECT_EQ(w[0]->node.behind, own->id);
    EXPECT_FALSE(wr_link_is_linked(&w[0]->node.link));
    EXPECT_EQ(state_of(w[1]), WAITER_WAITING);
    EXPECT_OK(wait_for(w[0], &left));
    EXPECT_FALSE(left);
    wr_waiter_fetch_partner(w[0]);
    EXPECT_EQ(w[0]->node.behind, 0);
    EXPECT_PTR_EQ(claim(), &w[1]->node);
    EXPECT_EQ(seen.parks + seen.unparks, 0);
    for (int i = 0; i < 2; i++)
        wr_pool_push(w[i]);
    wr_pool_push(own);
    end();
}

TEST(hand_over_takes_the_message_of_who_gives)
{
    struct wr_hand hand = { .gives = false };
    const uint64_t message = 9;
    struct wr_waiter *w;

    begin(&alone);
    w = enrolled(false);
    memcpy(w->small, &message, sizeof(message));
    EXPECT_NULL(serve(&hand));
    EXPECT_TRUE(hand.done);
    EXPECT_EQ(hand.small, 9);
    EXPECT_EQ(w->node.behind, 0);
    wr_pool_push(w);
    end();
}

TEST(who_sleeps_is_claimed_instead_of_handed)
{
    struct wr_hand hand = { .small = 7, .gives = true };
    struct wr_waiter *w[2];

    begin(&chained);
    w[0] = enrolled(false);
    w[1] = enrolled(true);
    wr_waiter_expel(w[0], WEIR_CANCELED); /* has left */
    EXPECT_PTR_EQ(serve(&hand), &w[1]->node);
    EXPECT_FALSE(hand.done);
    EXPECT_EQ(state_of(w[1]), WAITER_CLAIMED);
    wr_waiter_grant(&w[1]->node, WEIR_OK);
    EXPECT_EQ(w[1]->node.behind, 0);
    EXPECT_EQ(seen.unparks, 2);
    EXPECT_NULL(serve(&hand));
    EXPECT_FALSE(hand.done);
    for (int i = 0; i < 2; i++)
        wr_pool_push(w[i]);
    end();
}

TEST(claimed_waiter_cannot_be_expelled)
{
    struct wr_waiter *w;

    begin(&chained);
    w = enrolled(true);
    EXPECT_PTR_EQ(claim(), &w->node);
    wr_waiter_expel(w, WEIR_CANCELED);
    EXPECT_EQ(state_of(w), WAITER_CLAIMED);
    EXPECT_EQ(seen.unparks, 0);
    wr_waiter_grant(&w->node, WEIR_OK);
    EXPECT_EQ(state_of(w), WAITER_DONE);
    wr_pool_push(w);
    end();
}

TEST(grant_of_one_that_is_awake_wakes_nobody)
{
    const int statuses[] = { WEIR_OK, WEIR_CLOSED, WEIR_NOMEM };

    for (int i = 0; i < 3; i++) {
        struct wr_waiter *w;
        bool left = true;

        begin(&chained);
        w = enrolled(false);
        wr_waiter_grant(claim(), statuses[i]);
        EXPECT_EQ(seen.unparks, 0);
        EXPECT_STATUS(wait_for(w, &left), statuses[i]);
        EXPECT_FALSE(left);
        EXPECT_EQ(seen.parks, 0);
        wr_pool_push(w);
        end();
    }
}

TEST(grant_of_a_sleeper_wakes_it_after_done)
{
    struct wr_waiter *w;

    begin(&chained);
    w = enrolled(true);
    wr_waiter_grant(claim(), WEIR_OK);
    EXPECT_EQ(seen.unparks, 1);
    EXPECT_PTR_EQ(seen.last, w);
    EXPECT_EQ(seen.state_at_unpark, WAITER_DONE);
    wr_pool_push(w);
    end();
}

/* --- waits ---------------------------------------------------------------- */

static int
complete_while_asleep(struct wr_waiter *w)
{
    EXPECT_EQ(state_of(w), WAITER_WAITING);
    wr_waiter_grant(claim(), WEIR_CLOSED);
    return 0;
}

TEST(wait_sleeps_until_it_is_completed)
{
    struct wr_waiter *w;
    bool left = true;

    begin(&chained);
    w = enrolled(false);
    seen.script = complete_while_asleep;
    EXPECT_STATUS(wait_for(w, &left), WEIR_CLOSED);
    EXPECT_FALSE(left);
    EXPECT_EQ(seen.parks, 1);
    EXPECT_EQ(seen.unparks, 1);
    EXPECT_EQ(seen.deadline_ns, WR_NEVER);
    wr_pool_push(w);
    end();
}

static int
return_for_no_reason(struct wr_waiter *w)
{
    if (seen.parks == 5)
        wr_waiter_grant(claim(), WEIR_OK);
    else
        EXPECT_EQ(state_of(w), WAITER_WAITING);
    return 0;
}

TEST(park_that_returns_for_no_reason_is_called_again)
{
    struct wr_waiter *w;
    bool left = true;

    begin(&chained);
    w = enrolled(false);
    seen.script = return_for_no_reason;
    EXPECT_OK(wait_for(w, &left));
    EXPECT_FALSE(left);
    EXPECT_EQ(seen.parks, 5);
    wr_pool_push(w);
    end();
}

static int
time_out(struct wr_waiter *w)
{
    (void)w;
    return WEIR_TIMEOUT;
}

TEST(deadline_ends_a_wait_that_nobody_has_claimed)
{
    struct wr_waiter *w;
    bool left = false;

    begin(&chained);
    w = enrolled(false);
    seen.script = time_out;
    EXPECT_STATUS(wr_waiter_wait(w, weir_limit_at(123), false, &left),
                  WEIR_TIMEOUT);
    EXPECT_TRUE(left);
    EXPECT_EQ(seen.deadline_ns, 123);
    EXPECT_EQ(state_of(w), WAITER_LEFT);
    EXPECT_NULL(claim());
    wr_pool_push(w);
    end();
}

static struct wr_node *claimed;

static int
time_out_when_claimed(struct wr_waiter *w)
{
    if (seen.parks == 1) { /* the claim comes just before the deadline */
        claimed = claim();
        EXPECT_PTR_EQ(claimed, &w->node);
        return WEIR_TIMEOUT;
    }
    EXPECT_EQ(seen.deadline_ns, WR_NEVER); /* the deadline is void now */
    wr_waiter_grant(claimed, WEIR_OK);
    return 0;
}

TEST(deadline_after_the_claim_is_void)
{
    struct wr_waiter *w;
    bool left = true;

    begin(&chained);
    w = enrolled(false);
    seen.script = time_out_when_claimed;
    EXPECT_OK(wr_waiter_wait(w, weir_limit_at(123), false, &left));
    EXPECT_FALSE(left);
    EXPECT_EQ(seen.parks, 2);
    wr_pool_push(w);
    end();
}

static struct weir_cancel *cancel_source;

static int
cancel_while_asleep(struct wr_waiter *w)
{
    (void)w;
    wr_cancel_fire(cancel_source, WEIR_DEADLINE);
    return 0;
}

static void
expect_canceled(bool before)
{
    struct weir_cancel source = { 0 };
    struct wr_waiter *w;
    weir_limit limit = WEIR_FOREVER;
    bool left = false;

    begin(&chained);
    w = enrolled(false);
    limit.cancel = cancel_source = &source;
    seen.script = cancel_while_asleep;
    if (before)
        wr_cancel_fire(&source, WEIR_DEADLINE);
    EXPECT_STATUS(wr_waiter_wait(w, limit, false, &left), WEIR_DEADLINE);
    EXPECT_TRUE(left);
    EXPECT_EQ(seen.parks, before ? 0 : 1);
    EXPECT_EQ(seen.unparks, before ? 0 : 1);
    EXPECT_TRUE(wr_list_is_empty(&source.waiters));
    EXPECT_NULL(claim());
    wr_pool_push(w);
    end();
}

TEST(cancel_before_the_wait_ends_it_without_sleep)
{
    expect_canceled(true);
}

TEST(cancel_during_the_wait_wakes_it)
{
    expect_canceled(false);
}

static int
complete_then_cancel(struct wr_waiter *w)
{
    (void)w;
    wr_waiter_grant(claim(), WEIR_OK);
    wr_cancel_fire(cancel_source, WEIR_CANCELED);
    return WEIR_TIMEOUT;
}

TEST(completed_wait_is_not_cancelled_and_withdraws_itself)
{
    struct weir_cancel source = { 0 };
    struct wr_waiter *w;
    weir_limit limit = WEIR_FOREVER;
    bool left = true;

    begin(&chained);
    w = enrolled(false);
    limit.cancel = cancel_source = &source;
    seen.script = complete_then_cancel;
    EXPECT_OK(wr_waiter_wait(w, limit, false, &left));
    EXPECT_FALSE(left);
    EXPECT_TRUE(wr_list_is_empty(&source.waiters));
    EXPECT_FALSE(wr_link_is_linked(&w->cancel_link));
    wr_pool_push(w);
    end();
}

/* --- on threads ----------------------------------------------------------- */

struct duel {
    struct wr_lock lock;
    struct wr_list list;
    wr_behind behind;
    uint64_t rounds;
    WEIR_ATOMIC(uint64_t) enrolled; /* rounds that have begun */
    WEIR_ATOMIC(uint64_t) judged;   /* rounds that the claimer has done */
    WEIR_ATOMIC(int) granted;       /* in this round */
};

static void
duel_party(struct duel *d)
{
    uint64_t state = d->rounds;

    for (uint64_t i = 1; i <= d->rounds; i++) {
        struct wr_waiter *w = wr_waiter_get();
        const int64_t wait_ns = (int64_t)(test_rand(&state) % 20000);
        bool left;
        int status;

        wr_lock_acquire(&d->lock);
        wr_waiter_arm(w);
        wr_list_append(&d->list, &w->node.link);
        wr_lock_release(&d->lock);
        weir_store_rel(&d->enrolled, i);
        status = wr_waiter_wait(w, weir_deadline(wait_ns), i % 2, &left);
        TEST_AWAIT(weir_load_acq(&d->judged) == i);
        EXPECT_EQ(left, status == WEIR_TIMEOUT);
        EXPECT_STATUS(status,
                      weir_load_rlx(&d->granted) ? WEIR_OK : WEIR_TIMEOUT);
        EXPECT_FALSE(wr_link_is_linked(&w->node.link)); /* dropped or served */
        wr_waiter_put(w);
    }
}

static void
duel_claimer(struct duel *d)
{
    uint64_t state = ~d->rounds;

    for (uint64_t i = 1; i <= d->rounds; i++) {
        struct wr_node *node;

        TEST_AWAIT(weir_load_acq(&d->enrolled) == i);
        for (uint64_t k = test_rand(&state) % 2000; k > 0; k--)
            weir_cpu_relax();
        wr_lock_acquire(&d->lock);
        node = wr_waiter_claim_first(&d->list, &d->behind);
        wr_lock_release(&d->lock);
        weir_store_rlx(&d->granted, node != NULL);
        if (node != NULL)
            wr_waiter_grant(node, WEIR_OK);
        weir_store_rel(&d->judged, i);
    }
}

static void
duel(void *arg, unsigned index)
{
    if (index == 0)
        duel_party(arg);
    else
        duel_claimer(arg);
}

TEST(exactly_one_of_claim_and_deadline_succeeds)
{
    struct duel d = { .rounds = test_rounds(10000) };

    test_threads(2, duel, &d);
}
