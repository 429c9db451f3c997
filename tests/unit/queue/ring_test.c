/* SPDX-License-Identifier: MIT */
/*
 * queue/ring_test.c - tickets, laps and slots against a naive model.
 *
 * The model of ticket number i of a ring of capacity c: position i % c on lap
 * i / c.  Numbers start near the end of the 64 bits too, where tickets wrap.
 */
#include "test.h"

#include <stdlib.h>

#include <weir/ring.h>

enum { CAPACITY_MAX = 70 };

static weir_ring_shape
shape_of(uint64_t capacity)
{
    return weir_ring_shape_of(capacity, WEIR_RING_STRIDE(8));
}

/* Ticket number i; `first` is the ticket of number 0. */
static uint64_t
ticket_of(weir_ring_shape shape, uint64_t first, uint64_t i)
{
    return first + i / shape.capacity * weir_ring_lap(shape) +
           i % shape.capacity * WEIR_RING_STEP;
}

TEST(lap_is_the_next_power_of_two_in_steps)
{
    for (uint64_t c = 1; c <= 5000; c++) {
        const uint64_t lap = weir_ring_lap_of(c);

        EXPECT_EQ(lap & (lap - 1), 0);
        EXPECT_GE(lap, c * WEIR_RING_STEP);
        EXPECT_TRUE(c == 1 || lap < 2 * c * WEIR_RING_STEP);
    }
    EXPECT_EQ(weir_ring_lap_of(1), WEIR_RING_STEP);
    EXPECT_EQ(weir_ring_lap_of(WEIR_RING_CAPACITY_MAX),
              WEIR_RING_CAPACITY_MAX * WEIR_RING_STEP);
}

static void
check_arithmetic(uint64_t capacity, uint64_t laps_before_wrap)
{
    const weir_ring_shape shape = shape_of(capacity);
    const uint64_t first = 0 - laps_before_wrap * weir_ring_lap(shape);
    uint64_t ticket = first;

    for (uint64_t i = 0; i < 5 * capacity; i++) {
        EXPECT_TRUE(ticket == ticket_of(shape, first, i));
        EXPECT_EQ(ticket % WEIR_RING_STEP, 0);
        EXPECT_EQ(weir_ring_position(shape, ticket), i % capacity);
        EXPECT_EQ(weir_ring_position(shape, ticket | WEIR_RING_FLAGS),
                  i % capacity);
        for (uint64_t k = 0; k <= i; k++)
            EXPECT_EQ(
                weir_ring_distance(shape, ticket_of(shape, first, k), ticket),
                i - k);
        ticket = weir_ring_next(shape, ticket);
    }
}

TEST(tickets_agree_with_the_model)
{
    for (uint64_t c = 1; c <= CAPACITY_MAX; c += c < 10 ? 1 : 9)
        check_arithmetic(c, 0);
}

TEST(tickets_wrap_at_the_end_of_their_word)
{
    for (uint64_t c = 1; c <= CAPACITY_MAX; c += c < 10 ? 1 : 9)
        check_arithmetic(c, 2);
}

static void
check_full(uint64_t capacity, uint64_t laps_before_wrap)
{
    const weir_ring_shape shape = shape_of(capacity);
    const uint64_t first = 0 - laps_before_wrap * weir_ring_lap(shape);

    for (uint64_t h = 0; h < 3 * capacity; h++) {
        for (uint64_t t = h < 2 ? 0 : h - 2; t <= h + capacity; t++) {
            const uint64_t send = ticket_of(shape, first, t);
            const uint64_t receive = ticket_of(shape, first, h);
            const bool full = t == h + capacity;

            /* receive, read second, may have passed send: not full */
            EXPECT_EQ(weir_ring_is_full(shape, send, receive), full);
            EXPECT_EQ(weir_ring_is_full(shape, send | WEIR_RING_FLAGS,
                                        receive | WEIR_RING_FLAGS),
                      full);
        }
    }
}

TEST(full_is_exactly_one_lap)
{
    for (uint64_t c = 1; c <= CAPACITY_MAX; c += c < 10 ? 1 : 9) {
        check_full(c, 0);
        check_full(c, 1);
    }
}

TEST(flagged_word_equals_no_stamp)
{
    const weir_ring_shape shape = shape_of(3);
    uint64_t ticket = 0;

    EXPECT_EQ(WEIR_RING_FLAGS & WEIR_RING_FULL, 0);
    EXPECT_EQ((WEIR_RING_FLAGS | WEIR_RING_FULL) & WEIR_RING_STEP, 0);
    for (int i = 0; i < 20; i++) {
        for (uint64_t flag = 2; flag <= WEIR_RING_FLAGS; flag += 2) {
            EXPECT_NE(ticket | flag, ticket);
            EXPECT_NE(ticket | flag, ticket | WEIR_RING_FULL);
        }
        ticket = weir_ring_next(shape, ticket);
    }
}

TEST(slots_have_room_for_their_element_and_share_lines_in_full)
{
    for (uint64_t bytes = 0; bytes <= 300; bytes++) {
        const uint64_t stride = WEIR_RING_STRIDE(bytes);
        const uint64_t align = WEIR_RING_SLOT_ALIGN(bytes);

        EXPECT_GE(stride, 8 + bytes);
        EXPECT_EQ(stride % align, 0);
        EXPECT_LT(stride - 8 - bytes, align);
        EXPECT_TRUE(64 % align == 0);
    }
    EXPECT_EQ(WEIR_RING_STRIDE(8), 16);
    EXPECT_EQ(WEIR_RING_STRIDE(24), 32);
    EXPECT_EQ(WEIR_RING_STRIDE(25), 64);
    EXPECT_EQ(WEIR_RING_STRIDE(56), 64);
    EXPECT_EQ(WEIR_RING_STRIDE(57), 128);
}

/* A ring of bare stamps on the heap. */
struct bare {
    weir_ring_shape shape;
    weir_ring_word send;
    weir_ring_word receive;
    char *slots;
};

static struct bare *
bare_make(uint64_t capacity)
{
    struct bare *b =
        aligned_alloc(WEIR_SEPARATION, (sizeof(*b) + WEIR_SEPARATION - 1) /
                                           WEIR_SEPARATION * WEIR_SEPARATION);

    b->shape = shape_of(capacity);
    weir_store_rlx(&b->send.word, 0u);
    weir_store_rlx(&b->receive.word, 0u);
    b->slots = aligned_alloc(16, capacity * weir_ring_stride(b->shape));
    weir_ring_init_slots(b->shape, b->slots);
    return b;
}

static void
bare_free(struct bare *b)
{
    free(b->slots);
    free(b);
}

TEST(fresh_slots_wait_for_the_senders_of_lap_zero)
{
    struct bare *b = bare_make(5);

    for (uint64_t i = 0; i < 5; i++) {
        char *slot = weir_ring_slot(b->shape, b->slots, i * WEIR_RING_STEP);

        EXPECT_PTR_EQ(slot, b->slots + i * weir_ring_stride(b->shape));
        EXPECT_EQ(weir_ring_load_stamp(slot), i * WEIR_RING_STEP);
    }
    bare_free(b);
}

TEST(take_claims_what_is_ready_and_says_which_ticket_is_not)
{
    struct bare *b = bare_make(2);
    uint64_t ticket = 77;
    char *slot;

    EXPECT_NULL(weir_ring_take(b->shape, b->slots, &b->receive.word,
                               WEIR_RING_FULL, &ticket));
    EXPECT_EQ(ticket, 0);
    slot = weir_ring_take(b->shape, b->slots, &b->send.word, 0, &ticket);
    EXPECT_PTR_EQ(slot, b->slots);
    EXPECT_EQ(ticket, 0);
    EXPECT_EQ(weir_ring_load_word(&b->send.word), WEIR_RING_STEP);
    /* Claimed and not published: not ready for a receiver. */
    EXPECT_NULL(weir_ring_take(b->shape, b->slots, &b->receive.word,
                               WEIR_RING_FULL, &ticket));
    weir_ring_publish(slot, ticket | WEIR_RING_FULL);
    EXPECT_PTR_EQ(weir_ring_take(b->shape, b->slots, &b->receive.word,
                                 WEIR_RING_FULL, &ticket),
                  slot);
    EXPECT_EQ(ticket, 0);
    weir_ring_publish(slot, ticket + weir_ring_lap(b->shape));
    EXPECT_EQ(weir_ring_load_stamp(slot), 2 * WEIR_RING_STEP);
    bare_free(b);
}

TEST(claim_fails_on_a_word_that_moved_and_reads_it_anew)
{
    struct bare *b = bare_make(3);
    uint64_t ticket = 0;

    EXPECT_TRUE(weir_ring_claim(b->shape, &b->send.word, &ticket));
    EXPECT_EQ(ticket, 0);
    EXPECT_FALSE(weir_ring_claim(b->shape, &b->send.word, &ticket));
    EXPECT_EQ(ticket, WEIR_RING_STEP);
    (void)weir_fetch_or_acqrel(&b->send.word, (uint64_t)2);
    EXPECT_FALSE(weir_ring_claim(b->shape, &b->send.word, &ticket));
    EXPECT_EQ(ticket, WEIR_RING_STEP | 2);
    bare_free(b);
}
