/* SPDX-License-Identifier: MIT */
/*
 * lin/lin_test.c - the checker says yes to right histories, no to wrong ones.
 *
 * Three sources: histories made by hand (tickets are the columns of a time
 * line), simulated channels (right by construction), and the same with one
 * result changed, where a second, plain search gives the verdict.
 */
#include "../test.h"

#include <string.h>
#include <time.h>

#include <weir/base.h>

#include "basic_model.h"
#include "chan_model.h"
#include "simulate.h"

enum {
    OK = WEIR_OK,
    CLOSED = WEIR_CLOSED,
    AGAIN = WEIR_AGAIN,
    TIMEOUT = WEIR_TIMEOUT
};

struct row {
    unsigned lane;
    unsigned from, to; /* tickets */
    enum chan_code code;
    int status;
    unsigned value;
};

static void
write_history(struct lin_history *h, const struct row *row, unsigned rows)
{
    lin_reset(h, LIN_THREADS);
    for (unsigned i = 0; i < rows; i++) {
        struct lin_lane *list = &h->lane[row[i].lane];
        bool sends = chan_code_sends(row[i].code);

        list->op[list->count++] = (struct lin_op){
            .code = row[i].code,
            .status = row[i].status,
            .arg = sends ? row[i].value : 0,
            .value = sends ? 0 : row[i].value,
            .invoke = row[i].from,
            .ret = row[i].to,
        };
    }
    lin_order(h);
}

static enum lin_verdict
judge(const struct lin_model *model, const struct row *row, unsigned rows,
      enum lin_verdict due)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    enum lin_verdict got;

    write_history(&h, row, rows);
    got = lin_check(ck, model, &h);
    if (got != due)
        lin_explain(stdout, ck, model, &h);
    lin_checker_free(ck);
    return got;
}

#define JUDGE(init, capacity, due, ...)                                        \
    do {                                                                       \
        static const struct row rows[] = { __VA_ARGS__ };                      \
        struct lin_model model;                                                \
                                                                               \
        init(&model, capacity);                                                \
        EXPECT_EQ(judge(&model, rows, sizeof(rows) / sizeof(rows[0]), due),    \
                  due);                                                        \
    } while (0)

#define GOOD(capacity, ...)                                                    \
    JUDGE(chan_model_init, capacity, LIN_GOOD, __VA_ARGS__)
#define BAD(capacity, ...)                                                     \
    JUDGE(chan_model_init, capacity, LIN_BAD, __VA_ARGS__)

/* --- right ---------------------------------------------------------------- */

TEST(good_nothing_at_all)
{
    struct lin_model model;

    chan_model_init(&model, 1);
    EXPECT_EQ(judge(&model, NULL, 0, LIN_GOOD), LIN_GOOD);
}

TEST(good_overlapping_sends_in_any_order)
{
    GOOD(2, { 0, 1, 5, CHAN_SEND, OK, 1 }, { 1, 2, 6, CHAN_SEND, OK, 2 },
         { 2, 7, 8, CHAN_RECV, OK, 2 }, { 2, 9, 10, CHAN_RECV, OK, 1 });
}

TEST(good_empty_and_full_at_some_instant)
{
    GOOD(1, { 0, 1, 9, CHAN_RECV_UNTIL, TIMEOUT, 0 },
         { 1, 2, 3, CHAN_SEND, OK, 1 }, { 1, 4, 5, CHAN_TRY_SEND, AGAIN, 2 },
         { 1, 6, 10, CHAN_SEND_UNTIL, TIMEOUT, 3 },
         { 0, 11, 12, CHAN_TRY_RECV, OK, 1 },
         { 0, 13, 14, CHAN_TRY_RECV, AGAIN, 0 });
}

TEST(good_one_more_send_for_a_parked_receiver)
{
    GOOD(1, { 0, 1, 10, CHAN_RECV, OK, 1 }, { 1, 2, 3, CHAN_TRY_SEND, OK, 1 },
         { 1, 4, 5, CHAN_TRY_SEND, OK, 2 },
         { 1, 6, 7, CHAN_TRY_SEND, AGAIN, 3 });
}

TEST(good_parked_sender_is_taken_in)
{
    GOOD(1, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 20, CHAN_SEND, OK, 2 },
         { 1, 4, 5, CHAN_TRY_RECV, OK, 1 }, { 1, 6, 7, CHAN_TRY_RECV, OK, 2 });
}

TEST(good_close_lets_the_queue_drain)
{
    GOOD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 12, CHAN_SEND, CLOSED, 2 },
         { 1, 4, 5, CHAN_CLOSE, OK, 0 }, { 1, 6, 7, CHAN_CLOSE, CLOSED, 0 },
         { 1, 8, 9, CHAN_LEN, OK, 1 }, { 1, 10, 11, CHAN_RECV, OK, 1 },
         { 1, 12, 13, CHAN_RECV, CLOSED, 0 },
         { 1, 14, 15, CHAN_TRY_RECV, CLOSED, 0 },
         { 1, 16, 17, CHAN_TRY_SEND, CLOSED, 3 });
}

TEST(good_rendezvous_pairs_overlap)
{
    GOOD(0, { 0, 1, 4, CHAN_SEND, OK, 1 }, { 1, 3, 9, CHAN_RECV, OK, 1 },
         { 0, 5, 6, CHAN_TRY_SEND, AGAIN, 2 }, { 0, 7, 12, CHAN_SEND, OK, 3 },
         { 1, 10, 11, CHAN_TRY_RECV, OK, 3 }, { 2, 2, 13, CHAN_CLOSE, OK, 0 },
         { 0, 14, 15, CHAN_SEND, CLOSED, 4 },
         { 1, 14, 15, CHAN_RECV, CLOSED, 0 });
}

TEST(good_poll_may_refuse)
{
    JUDGE(ring_model_init, 1, LIN_GOOD, { 0, 1, 2, RING_TRY_PUSH, OK, 1 },
          { 0, 3, 4, RING_POLL_POP, AGAIN, 0 },
          { 0, 5, 6, RING_POLL_POP, OK, 1 },
          { 0, 7, 8, RING_POLL_PUSH, AGAIN, 2 },
          { 0, 9, 10, RING_TRY_POP, AGAIN, 0 });
}

/* A send's value is what it dropped; a row has one number, so these histories
 * are written by hand. */
static void
note_op(struct lin_history *h, enum chan_code code, unsigned arg,
        unsigned value)
{
    lin_call(h, 0, code, arg);
    lin_return(h, 0, OK, value);
}

static enum lin_verdict
judge_drops(unsigned param, unsigned dropped, unsigned received)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    struct lin_model model;
    enum lin_verdict verdict;

    lin_reset(&h, 1);
    note_op(&h, CHAN_SEND, 1, 0);
    note_op(&h, CHAN_SEND, 2, 0);
    note_op(&h, CHAN_SEND, 3, dropped);
    note_op(&h, CHAN_RECV, 0, received);
    chan_model_init(&model, param);
    verdict = lin_check(ck, &model, &h);
    lin_checker_free(ck);
    return verdict;
}

TEST(drops_are_judged)
{
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_OLDEST, 1, 2), LIN_GOOD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_OLDEST, 1, 1), LIN_BAD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_OLDEST, 2, 1), LIN_BAD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_OLDEST, 0, 2), LIN_BAD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_OLDEST, 3, 1), LIN_BAD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_NEWEST, 3, 1), LIN_GOOD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_NEWEST, 3, 2), LIN_BAD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_NEWEST, 1, 2), LIN_BAD);
    EXPECT_EQ(judge_drops(2 | CHAN_DROP_NEWEST, 0, 1), LIN_BAD);
    EXPECT_EQ(judge_drops(3 | CHAN_DROP_OLDEST, 0, 1), LIN_GOOD);
    EXPECT_EQ(judge_drops(3 | CHAN_DROP_OLDEST, 1, 2), LIN_BAD);
    EXPECT_EQ(judge_drops(2, 0, 1), LIN_BAD);
}

/* A batch of 1, 2, 3 and, overlapping it, receives in this order. */
static enum lin_verdict
judge_batch(unsigned a, unsigned b, unsigned c)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    struct lin_model model;
    enum lin_verdict verdict;

    lin_reset(&h, 2);
    lin_call(&h, 0, CHAN_SEND, 1);
    lin_call(&h, 1, CHAN_RECV, 0);
    lin_return(&h, 1, OK, a);
    lin_more(&h, 1, 0, b);
    lin_return(&h, 0, OK, 0);
    lin_more(&h, 0, 2, 0);
    lin_more(&h, 0, 3, 0);
    lin_call(&h, 1, CHAN_RECV, 0);
    lin_return(&h, 1, OK, c);
    chan_model_init(&model, 1);
    verdict = lin_check(ck, &model, &h);
    lin_checker_free(ck);
    return verdict;
}

TEST(batches_are_single_operations_in_a_row)
{
    EXPECT_EQ(judge_batch(1, 2, 3), LIN_GOOD);
    EXPECT_EQ(judge_batch(2, 1, 3), LIN_BAD);
    EXPECT_EQ(judge_batch(1, 3, 2), LIN_BAD);
    EXPECT_EQ(judge_batch(1, 1, 2), LIN_BAD);
}

/* --- wrong ---------------------------------------------------------------- */

TEST(bad_empty_although_one_is_there)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 1, 3, 4, CHAN_TRY_RECV, AGAIN, 0 },
        { 1, 5, 6, CHAN_TRY_RECV, OK, 1 });
}

/* The stamped ring without the second look: slot 0 is claimed, not published;
 * slot 1 is complete. */
TEST(bad_empty_behind_an_unpublished_item)
{
    JUDGE(
        ring_model_init, 2, LIN_BAD, { 0, 1, 9, RING_TRY_PUSH, OK, 1 },
        { 1, 2, 3, RING_TRY_PUSH, OK, 2 }, { 1, 4, 5, RING_TRY_POP, AGAIN, 0 },
        { 2, 10, 11, RING_TRY_POP, OK, 1 }, { 2, 12, 13, RING_TRY_POP, OK, 2 });
}

TEST(bad_full_although_there_is_room)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 4, CHAN_TRY_SEND, AGAIN, 2 },
        { 1, 5, 6, CHAN_RECV, OK, 1 });
}

TEST(bad_more_than_capacity)
{
    BAD(1, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 4, CHAN_TRY_SEND, OK, 2 },
        { 1, 5, 6, CHAN_RECV, OK, 1 }, { 1, 7, 8, CHAN_RECV, OK, 2 });
}

TEST(bad_two_more_sends_for_one_parked_receiver)
{
    BAD(1, { 0, 1, 10, CHAN_RECV, OK, 1 }, { 1, 2, 3, CHAN_TRY_SEND, OK, 1 },
        { 1, 4, 5, CHAN_TRY_SEND, OK, 2 }, { 1, 6, 7, CHAN_TRY_SEND, OK, 3 });
}

TEST(bad_order_of_one_sender)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 4, CHAN_SEND, OK, 2 },
        { 1, 5, 6, CHAN_RECV, OK, 2 }, { 1, 7, 8, CHAN_RECV, OK, 1 });
}

TEST(bad_order_of_two_senders)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 1, 3, 4, CHAN_SEND, OK, 2 },
        { 2, 5, 7, CHAN_RECV, OK, 2 }, { 2, 8, 9, CHAN_RECV, OK, 1 });
}

TEST(bad_received_twice)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 1, 3, 6, CHAN_RECV, OK, 1 },
        { 2, 4, 5, CHAN_RECV, OK, 1 });
}

TEST(bad_lost)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 4, CHAN_SEND, OK, 2 },
        { 1, 5, 6, CHAN_RECV, OK, 2 }, { 1, 7, 8, CHAN_TRY_RECV, AGAIN, 0 });
}

TEST(bad_received_before_it_was_sent)
{
    BAD(2, { 1, 1, 2, CHAN_RECV, OK, 1 }, { 0, 3, 4, CHAN_SEND, OK, 1 });
}

TEST(bad_message_from_nowhere)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 },
        { 1, 1, 3, CHAN_RECV, OK, CHAN_ALIEN });
}

TEST(bad_closed_before_a_later_item)
{
    BAD(2, { 0, 1, 8, CHAN_SEND, OK, 1 }, { 1, 2, 3, CHAN_CLOSE, OK, 0 },
        { 2, 4, 5, CHAN_RECV, CLOSED, 0 }, { 2, 6, 9, CHAN_RECV, OK, 1 });
}

TEST(bad_closed_although_not_drained)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 4, CHAN_CLOSE, OK, 0 },
        { 1, 5, 6, CHAN_RECV, CLOSED, 0 });
}

TEST(bad_closed_although_open)
{
    BAD(2, { 0, 1, 2, CHAN_RECV, CLOSED, 0 }, { 1, 3, 4, CHAN_CLOSE, OK, 0 });
}

TEST(bad_send_after_close)
{
    BAD(2, { 0, 1, 2, CHAN_CLOSE, OK, 0 }, { 1, 3, 4, CHAN_SEND, OK, 1 },
        { 1, 5, 6, CHAN_RECV, OK, 1 });
}

TEST(bad_send_is_refused_as_closed_and_arrives)
{
    BAD(2, { 0, 1, 5, CHAN_SEND, CLOSED, 1 }, { 1, 2, 3, CHAN_CLOSE, OK, 0 },
        { 1, 4, 6, CHAN_RECV, OK, 1 });
}

TEST(bad_empty_or_full_when_closed)
{
    BAD(1, { 0, 1, 2, CHAN_CLOSE, OK, 0 },
        { 1, 3, 4, CHAN_TRY_RECV, AGAIN, 0 });
    BAD(1, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 0, 3, 4, CHAN_CLOSE, OK, 0 },
        { 1, 5, 6, CHAN_TRY_SEND, AGAIN, 2 });
    BAD(1, { 0, 1, 2, CHAN_CLOSE, OK, 0 },
        { 1, 3, 4, CHAN_RECV_UNTIL, TIMEOUT, 0 });
}

TEST(bad_close_twice)
{
    BAD(1, { 0, 1, 3, CHAN_CLOSE, OK, 0 }, { 1, 2, 4, CHAN_CLOSE, OK, 0 });
}

TEST(bad_closed_receive_is_not_zero_filled)
{
    BAD(1, { 0, 1, 2, CHAN_CLOSE, OK, 0 }, { 1, 3, 4, CHAN_RECV, CLOSED, 7 });
}

TEST(bad_timeout_while_one_is_there)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 },
        { 1, 3, 9, CHAN_RECV_UNTIL, TIMEOUT, 0 }, { 0, 4, 5, CHAN_SEND, OK, 2 },
        { 0, 10, 11, CHAN_RECV, OK, 1 });
}

TEST(bad_timeout_while_there_is_room)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 },
        { 0, 3, 9, CHAN_SEND_UNTIL, TIMEOUT, 2 },
        { 1, 10, 11, CHAN_RECV, OK, 1 });
}

TEST(bad_timed_out_send_arrives)
{
    BAD(1, { 0, 1, 2, CHAN_SEND, OK, 1 },
        { 0, 3, 4, CHAN_SEND_UNTIL, TIMEOUT, 2 }, { 1, 5, 6, CHAN_RECV, OK, 1 },
        { 1, 7, 8, CHAN_RECV, OK, 2 });
}

TEST(bad_status_of_another_form)
{
    BAD(1, { 0, 1, 2, CHAN_RECV, TIMEOUT, 0 });
    BAD(1, { 0, 1, 2, CHAN_RECV, AGAIN, 0 });
    BAD(1, { 0, 1, 2, CHAN_TRY_RECV, TIMEOUT, 0 });
    BAD(1, { 0, 1, 2, CHAN_RECV_UNTIL, AGAIN, 0 });
    BAD(1, { 0, 1, 2, CHAN_SEND, WEIR_NOMEM, 1 });
}

TEST(bad_length)
{
    BAD(2, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 1, 3, 4, CHAN_LEN, OK, 0 });
    BAD(2, { 0, 1, 4, CHAN_SEND, OK, 1 }, { 1, 2, 3, CHAN_LEN, OK, 2 });
}

TEST(bad_rendezvous_without_overlap)
{
    BAD(0, { 0, 1, 2, CHAN_SEND, OK, 1 }, { 1, 3, 4, CHAN_RECV, OK, 1 });
    BAD(0, { 1, 1, 2, CHAN_RECV, OK, 1 }, { 0, 3, 4, CHAN_SEND, OK, 1 });
}

/* Each pair overlaps, but no instant lies in both after the other's. */
TEST(bad_rendezvous_crossed)
{
    BAD(0, { 0, 1, 4, CHAN_SEND, OK, 1 }, { 0, 5, 8, CHAN_SEND, OK, 2 },
        { 1, 2, 5, CHAN_RECV, OK, 2 }, { 1, 6, 9, CHAN_RECV, OK, 1 });
}

TEST(bad_rendezvous_with_two)
{
    BAD(0, { 0, 1, 9, CHAN_SEND, OK, 1 }, { 1, 2, 8, CHAN_RECV, OK, 1 },
        { 2, 3, 7, CHAN_RECV, OK, 1 });
}

TEST(bad_rendezvous_after_close)
{
    BAD(0, { 2, 1, 2, CHAN_CLOSE, OK, 0 }, { 0, 3, 9, CHAN_SEND, OK, 1 },
        { 1, 4, 8, CHAN_RECV, OK, 1 });
}

/* --- the other models ----------------------------------------------------- */

static enum lin_verdict
judge_basic(const struct lin_model *model, const struct lin_op *op,
            unsigned ops)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    enum lin_verdict got;

    lin_reset(&h, ops);
    for (unsigned i = 0; i < ops; i++) {
        h.lane[i].op[0] = op[i];
        h.lane[i].count = 1;
    }
    lin_order(&h);
    got = lin_check(ck, model, &h);
    lin_checker_free(ck);
    return got;
}

#define BASIC(model, due, ...)                                                 \
    do {                                                                       \
        static const struct lin_op ops[] = { __VA_ARGS__ };                    \
                                                                               \
        EXPECT_EQ(judge_basic(model, ops, sizeof(ops) / sizeof(ops[0])), due); \
    } while (0)

#define CALL(from, to, code_, status_, arg_, value_)                           \
    {                                                                          \
        .code = code_, .status = status_, .arg = arg_, .value = value_,        \
        .invoke = from, .ret = to                                              \
    }

TEST(register_new_value_is_not_unseen)
{
    struct lin_model model;

    register_model_init(&model, 5);
    BASIC(&model, LIN_GOOD, CALL(1, 9, REG_WRITE, 0, 7, 0),
          CALL(2, 3, REG_READ, 0, 0, 5), CALL(4, 5, REG_READ, 0, 0, 7),
          CALL(10, 11, REG_CAS, OK, 7 << 16 | 8, 0),
          CALL(12, 13, REG_CAS, AGAIN, 7 << 16 | 9, 0));
    BASIC(&model, LIN_BAD, CALL(1, 9, REG_WRITE, 0, 7, 0),
          CALL(2, 3, REG_READ, 0, 0, 7), CALL(4, 5, REG_READ, 0, 0, 5));
    BASIC(&model, LIN_BAD, CALL(1, 9, REG_CAS, OK, 5 << 16 | 6, 0),
          CALL(2, 8, REG_CAS, OK, 5 << 16 | 7, 0));
}

TEST(lock_excludes)
{
    struct lin_model model;

    lock_model_init(&model);
    BASIC(&model, LIN_GOOD, CALL(1, 2, LOCK_LOCK, OK, 0, 0),
          CALL(3, 4, LOCK_TRY, AGAIN, 0, 0),
          CALL(3, 5, LOCK_RUNTIL, TIMEOUT, 0, 0),
          CALL(6, 9, LOCK_UNLOCK, OK, 0, 0), CALL(7, 8, LOCK_RLOCK, OK, 0, 0),
          CALL(10, 11, LOCK_RTRY, OK, 0, 0),
          CALL(12, 13, LOCK_TRY, AGAIN, 0, 0));
    BASIC(&model, LIN_BAD, CALL(1, 4, LOCK_LOCK, OK, 0, 0),
          CALL(2, 3, LOCK_LOCK, OK, 0, 0));
    BASIC(&model, LIN_BAD, CALL(1, 2, LOCK_TRY, AGAIN, 0, 0));
    BASIC(&model, LIN_BAD, CALL(1, 2, LOCK_RLOCK, OK, 0, 0),
          CALL(3, 4, LOCK_UNLOCK, OK, 0, 0));
    BASIC(&model, LIN_BAD, CALL(1, 2, LOCK_RLOCK, OK, 0, 0),
          CALL(3, 4, LOCK_RTRY, AGAIN, 0, 0));
}

/* --- simulated ------------------------------------------------------------ */

TEST(misuse_is_a_verdict_of_its_own)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    struct lin_model model;

    chan_model_init(&model, 1);
    lin_reset(&h, 1);
    for (unsigned i = 0; i <= LIN_OPS; i++) {
        lin_call(&h, 0, CHAN_TRY_RECV, 0);
        lin_return(&h, 0, AGAIN, 0);
    }
    EXPECT_EQ(lin_check(ck, &model, &h), LIN_MISUSE);
    lin_reset(&h, 2);
    lin_call(&h, 0, CHAN_TRY_RECV, 0);
    lin_return(&h, 0, AGAIN, 0);
    h.lane[0].op[0].before = lin_one(1); /* of operations that are not there */
    EXPECT_EQ(lin_check(ck, &model, &h), LIN_MISUSE);
    chan_model_init(&model, CHAN_MODEL_CAP_MAX + 1);
    lin_reset(&h, 1);
    EXPECT_EQ(lin_check(ck, &model, &h), LIN_MISUSE);
    lin_checker_free(ck);
}

/* All right histories pass, and cheaply: the states looked at are bounded,
 * whatever the machine.  The time is for the reader. */
TEST(simulated_channels_are_accepted)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    uint64_t seed = test_seed(), rounds = test_rounds(50000), visited = 0;
    clock_t used = 0;

    for (uint64_t i = 0; i < rounds; i++) {
        struct simulation sim = { .lanes = 4,
                                  .ops = 8,
                                  .closes = i % 10 == 0,
                                  .capacity = (unsigned)(i % 5) };
        struct lin_model model;
        clock_t begin;

        simulate(&sim, &h, &seed);
        chan_model_init(&model, sim.capacity);
        begin = clock();
        if (!EXPECT_EQ(lin_check(ck, &model, &h), LIN_GOOD)) {
            lin_explain(stdout, ck, &model, &h);
            break;
        }
        used += clock() - begin;
        visited += lin_visited(ck);
    }
    EXPECT_LT(visited / rounds, 200);
    printf("# %ju histories of 4 x 8: %.2f s, %.1f states each\n",
           (uintmax_t)rounds, (double)used / CLOCKS_PER_SEC,
           (double)visited / (double)rounds);
    lin_checker_free(ck);
}

/* One result changed: the verdict of the plain search is the truth. */
TEST(changed_histories_get_the_verdict_of_the_plain_search)
{
    static struct lin_history h;
    struct lin_checker *ck = lin_checker_make();
    uint64_t seed = test_seed(), rounds = test_rounds(40000), bad = 0;

    for (uint64_t i = 0; i < rounds; i++) {
        struct simulation sim = { .lanes = 2 + (unsigned)(i % 2),
                                  .ops = 4,
                                  .closes = i % 3 == 0,
                                  .capacity = (unsigned)(i % 4) };
        struct lin_model model;
        bool good;

        simulate(&sim, &h, &seed);
        change_history(&h, &seed);
        chan_model_init(&model, sim.capacity);
        good = plain_search(&model, &h);
        bad += !good;
        if (!EXPECT_EQ(lin_check(ck, &model, &h), good ? LIN_GOOD : LIN_BAD)) {
            lin_explain(stdout, ck, &model, &h);
            break;
        }
    }
    EXPECT_GT(bad, rounds / 10);
    EXPECT_LT(bad, rounds - rounds / 10);
    printf("# %ju of %ju changed histories are wrong\n", (uintmax_t)bad,
           (uintmax_t)rounds);
    lin_checker_free(ck);
}
