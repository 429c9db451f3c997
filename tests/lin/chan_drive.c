/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_drive.c - runs scenarios of a channel and has them judged.
 */
#include "chan_drive.h"

#include <stdlib.h>
#include <string.h>

#include <weir/base.h>

/* A lane that has not finished after this long, and after a close, never
 * will: a lost wake-up. */
#define STUCK_NS ((int64_t)60 * 1000000000)

enum { ROUNDS_PER_POOL = 256 };

struct drive {
    const struct chan_ops *ops;
    void *ch;
    struct chan_case c;
    struct lin_tape tape;
    struct lin_pool pool;
    struct lin_model model;
    struct lin_checker *checker;
    uint64_t rescues;
};

/* A message is its value in the first two bytes and a pattern after it. */
static void
fill(unsigned char *msg, size_t bytes, uint32_t value)
{
    memset(msg, (int)(value * 37 & 0xff), bytes);
    msg[0] = (unsigned char)value;
    msg[1] = (unsigned char)(value >> 8);
}

static uint32_t
value_of(const unsigned char *msg, size_t bytes)
{
    uint32_t value = (uint32_t)(msg[0] | msg[1] << 8);
    unsigned char due[DRIVE_MSG_MAX];

    fill(due, bytes, value);
    return memcmp(due, msg, bytes) == 0 ? value : CHAN_ALIEN;
}

/* What this thread's send has dropped. */
static __thread uint32_t dropped;

void
drive_on_drop(void *arg, const void *msg)
{
    dropped = dropped == 0 ? value_of(msg, (size_t)(uintptr_t)arg) : CHAN_ALIEN;
}

/* Room for the largest batch. */
typedef unsigned char message_array[DRIVE_BATCH_MAX * DRIVE_MSG_MAX];

static void
call_send(struct drive *d, unsigned lane, const struct chan_step *step)
{
    const size_t bytes = d->c.elem_bytes;
    message_array msgs;
    struct lin_op *op;
    size_t moved = 1;
    int status;

    for (uint32_t i = 0; i < step->batch; i++)
        fill(msgs + i * bytes, bytes, step->value + i);
    op = lin_tape_call(&d->tape, lane, step->code, step->value);
    dropped = 0;
    if (step->batch == 1)
        status = d->ops->send(d->ch, msgs, step->wait_ns);
    else
        status =
            d->ops->send_n(d->ch, msgs, step->batch, &moved, step->wait_ns);
    lin_tape_note(&d->tape, lane, op, status, dropped);
    for (uint32_t i = 1; i < moved; i++)
        lin_tape_more(&d->tape, lane, step->value + i, 0);
    lin_tape_tell(&d->tape, lane);
}

static int
call_recv(struct drive *d, unsigned lane, const struct chan_step *step)
{
    const size_t bytes = d->c.elem_bytes;
    message_array msgs;
    struct lin_op *op;
    uint32_t value = 0;
    size_t moved = 1;
    int status;

    memset(msgs, 0xa5, sizeof(msgs));
    op = lin_tape_call(&d->tape, lane, step->code, 0);
    if (step->batch == 1)
        status = d->ops->recv(d->ch, msgs, step->wait_ns);
    else
        status =
            d->ops->recv_n(d->ch, msgs, step->batch, &moved, step->wait_ns);
    if (status == WEIR_OK || status == WEIR_CLOSED)
        value = value_of(msgs, bytes);
    lin_tape_note(&d->tape, lane, op, status, value);
    for (size_t i = 1; i < moved; i++)
        lin_tape_more(&d->tape, lane, 0, value_of(msgs + i * bytes, bytes));
    lin_tape_tell(&d->tape, lane);
    return status;
}

static void
call_other(struct drive *d, unsigned lane, enum chan_code code)
{
    struct lin_op *op = lin_tape_call(&d->tape, lane, code, 0);

    if (code == CHAN_CLOSE)
        lin_tape_return(&d->tape, lane, op, d->ops->close(d->ch), 0);
    else
        lin_tape_return(&d->tape, lane, op, WEIR_OK,
                        (uint32_t)d->ops->len(d->ch));
}

static void
run_lane(void *ctx, unsigned lane)
{
    struct drive *d = ctx;

    for (unsigned i = 0; i < d->c.steps[lane]; i++) {
        const struct chan_step *step = &d->c.step[lane][i];

        lin_rest(step->rest);
        if (chan_code_sends(step->code))
            call_send(d, lane, step);
        else if (chan_code_receives(step->code))
            (void)call_recv(d, lane, step);
        else
            call_other(d, lane, step->code);
    }
}

/* What is still queued, and the exact end. */
static void
drain(struct drive *d)
{
    static const struct chan_step step = { .code = CHAN_TRY_RECV,
                                           .batch = 1,
                                           .wait_ns = DRIVE_TRY };
    unsigned lane = d->c.lanes;

    call_other(d, lane, CHAN_LEN);
    for (unsigned i = 0; i <= (d->c.capacity & CHAN_MODEL_CAP) + 1; i++)
        if (call_recv(d, lane, &step) != WEIR_OK)
            return;
}

static void
say_stuck(struct drive *d)
{
    fprintf(stderr, "# stuck: scenario %#jx of %s; what has returned:\n",
            (uintmax_t)d->c.seed, d->ops->name);
    lin_print(stderr, &d->model, &d->tape.h);
    for (unsigned lane = 0; lane < d->c.lanes; lane++)
        if (lin_tape_count(&d->tape, lane) < d->c.steps[lane])
            fprintf(stderr, "#   lane %c is in its call %u\n", 'A' + (int)lane,
                    lin_tape_count(&d->tape, lane) + 1);
    abort();
}

/* False: for a while no call has returned. */
static bool
await_lanes(struct drive *d)
{
    unsigned seen = 0, count;

    while (!lin_pool_wait(&d->pool, d->c.patience_ns)) {
        count = 0;
        for (unsigned lane = 0; lane < d->c.lanes; lane++)
            count += lin_tape_count(&d->tape, lane);
        if (count == seen)
            return false;
        seen = count;
    }
    return true;
}

static enum lin_verdict
run_round(struct drive *d)
{
    d->ch = d->ops->make(d->c.elem_bytes, d->c.capacity);
    if (!d->ch)
        return LIN_GAVE_UP;
    lin_tape_reset(&d->tape, d->c.lanes + 1);
    lin_pool_go(&d->pool);
    if (d->c.may_wait && !await_lanes(d)) {
        d->rescues += 1;
        call_other(d, d->c.lanes, CHAN_CLOSE);
    }
    if (!lin_pool_wait(&d->pool, STUCK_NS))
        say_stuck(d);
    drain(d);
    d->ops->free(d->ch);
    return lin_check(d->checker, &d->model, &d->tape.h);
}

static void
count_results(const struct drive *d, struct chan_drive_result *result)
{
    for (unsigned t = 0; t < d->tape.h.lanes; t++)
        for (unsigned i = 0; i < d->tape.h.lane[t].count; i++) {
            int status = d->tape.h.lane[t].op[i].status;

            result->steps += 1;
            result->ok += status == WEIR_OK;
            result->closed += status == WEIR_CLOSED;
            result->again += status == WEIR_AGAIN;
            result->timeout += status == WEIR_TIMEOUT;
        }
    result->rounds += 1;
}

static void
say_failed(struct drive *d, enum lin_verdict verdict, FILE *out)
{
    static const char *const why[] = {
        [LIN_BAD] = "not linearizable",
        [LIN_MISUSE] = "the history is malformed",
        [LIN_GAVE_UP] = "out of memory",
    };

    if (!out)
        return;
    fprintf(out, "# %s: %s; %u lanes; again with --scenario %#jx\n",
            d->ops->name, why[verdict], d->c.lanes, (uintmax_t)d->c.seed);
    if (verdict == LIN_BAD)
        lin_explain(out, d->checker, &d->model, &d->tape.h);
}

/* Rounds with one set of threads; false: the run is over. */
static bool
run_batch(struct drive *d, const struct lin_options *options, int64_t end_ns,
          struct chan_drive_result *result, FILE *out)
{
    for (unsigned i = 0; i < ROUNDS_PER_POOL; i++) {
        uint64_t seed = lin_round_seed(options, d->model.param, result->rounds);
        enum lin_verdict verdict;

        if (options->rounds && result->rounds == options->rounds)
            return false;
        if (end_ns && lin_now_ns() > end_ns)
            return false;
        chan_case_roll(&d->c, seed, d->model.param, d->pool.count,
                       d->ops->send_n != NULL);
        verdict = run_round(d);
        count_results(d, result);
        if (verdict != LIN_GOOD) {
            result->failed = true;
            say_failed(d, verdict, out);
            return false;
        }
    }
    return true;
}

struct chan_drive_result
chan_drive(const struct chan_ops *ops, unsigned capacity,
           const struct lin_options *options, FILE *out)
{
    struct chan_drive_result result = { 0 };
    struct drive *d = aligned_alloc(128, sizeof(*d));
    int64_t end_ns = 0;
    bool more = true;

    if (options->seconds > 0)
        end_ns = lin_now_ns() + (int64_t)(options->seconds * 1e9);
    if (!d)
        abort();
    memset(d, 0, sizeof(*d));
    d->ops = ops;
    d->checker = lin_checker_make();
    chan_model_init(&d->model, capacity);
    for (unsigned lanes = 2; more && d->checker; lanes = 2 + (lanes - 1) % 3) {
        if (!lin_pool_start(&d->pool, lanes, run_lane, d))
            break;
        more = run_batch(d, options, end_ns, &result, out);
        lin_pool_stop(&d->pool);
    }
    result.rescues = d->rescues;
    result.failed |= more; /* no threads, or no memory */
    lin_checker_free(d->checker);
    free(d);
    return result;
}
