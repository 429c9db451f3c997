/* SPDX-License-Identifier: MIT */
/*
 * lin/ring_drive.c - runs scenarios of a raw ring and has them judged.
 */
#include "ring_drive.h"

#include <stdlib.h>
#include <string.h>

#include <weir/base.h>

#define STUCK_NS ((int64_t)60 * 1000000000)

/* An element is its value in the low half and a pattern in the high one. */
#define ELEMENT_KEY UINT64_C(0x9e3779b1)

enum { LANES_MAX = 4, STEPS_MAX = 8, ROUNDS_PER_POOL = 256 };

struct step {
    enum chan_code code;
    uint32_t value;
    struct lin_rest rest;
};

struct drive {
    const struct ring_ops *ops;
    void *ring;
    uint64_t seed; /* of the scenario */
    unsigned steps[LANES_MAX];
    struct step step[LANES_MAX][STEPS_MAX];
    struct lin_tape tape;
    struct lin_pool pool;
    struct lin_model model;
    struct lin_checker *checker;
};

static enum chan_code
roll_code(struct lin_dice *dice, const struct drive *d, unsigned lane,
          unsigned pushes_of_8)
{
    const struct ring_ops *ops = d->ops;
    bool push = lin_below(dice, 8) < pushes_of_8;
    unsigned form = lin_below(dice, 8);

    if (ops->one_pusher || ops->pop_newest)
        push = lane == 0 && (push || !ops->pop_newest);
    else if (ops->one_popper)
        push = lane != 0;
    if (lane == 0 && !push && ops->pop_newest)
        return RING_POP_NEWEST;
    if (ops->push_n && form >= 5)
        return push ? RING_PUSH_N : RING_POP_N;
    if (push ? !ops->try_push || (ops->poll_push && form == 0)
             : ops->poll_pop && form == 0)
        return push ? RING_POLL_PUSH : RING_POLL_POP;
    return push ? RING_TRY_PUSH : RING_TRY_POP;
}

static void
roll_scenario(struct drive *d, uint64_t seed)
{
    struct lin_dice dice = { seed };
    unsigned pushes_of_8 = 3 + lin_below(&dice, 3);
    bool hurry = lin_below(&dice, 2) == 0;

    d->seed = seed;
    for (unsigned lane = 0; lane < d->pool.count; lane++) {
        d->steps[lane] = 4 + lin_below(&dice, STEPS_MAX - 3);
        for (unsigned i = 0; i < d->steps[lane]; i++) {
            struct step *step = &d->step[lane][i];

            step->code = roll_code(&dice, d, lane, pushes_of_8);
            step->value = 1 + (lane * STEPS_MAX + i) * RING_BATCH;
            step->rest = lin_rest_roll(&dice);
            if (hurry)
                step->rest.amount = 0;
        }
    }
}

static uint64_t
element_of(uint32_t value)
{
    return value | (value * ELEMENT_KEY) << 32;
}

static uint32_t
value_of(uint64_t element, uint32_t alien)
{
    const uint32_t value = (uint32_t)element;

    return element == element_of(value) ? value : alien;
}

static void
call_push_n(struct drive *d, unsigned lane, const struct step *step)
{
    uint64_t elements[RING_BATCH];
    struct lin_op *op;
    size_t done;

    for (uint32_t i = 0; i < RING_BATCH; i++)
        elements[i] = element_of(step->value + i);
    op = lin_tape_call(&d->tape, lane, step->code, step->value);
    done = d->ops->push_n(d->ring, elements, RING_BATCH);
    lin_tape_return(&d->tape, lane, op, done ? WEIR_OK : WEIR_AGAIN,
                    (uint32_t)done);
}

static void
call_pop_n(struct drive *d, unsigned lane)
{
    uint64_t elements[RING_BATCH];
    uint32_t value = 0;
    struct lin_op *op;
    size_t done;

    op = lin_tape_call(&d->tape, lane, RING_POP_N, 0);
    done = d->ops->pop_n(d->ring, elements, RING_BATCH);
    for (size_t i = 0; i < done; i++)
        value |= value_of(elements[i], 0xff) << (8 * i);
    lin_tape_return(&d->tape, lane, op, done ? WEIR_OK : WEIR_AGAIN, value);
}

static void
call_push(struct drive *d, unsigned lane, const struct step *step)
{
    const uint64_t element = element_of(step->value);
    struct lin_op *op;
    bool done;

    op = lin_tape_call(&d->tape, lane, step->code, step->value);
    done = step->code == RING_TRY_PUSH ? d->ops->try_push(d->ring, element)
                                       : d->ops->poll_push(d->ring, element);
    lin_tape_return(&d->tape, lane, op, done ? WEIR_OK : WEIR_AGAIN, 0);
}

static bool
call_pop(struct drive *d, unsigned lane, enum chan_code code)
{
    uint64_t element = 0;
    uint32_t value = 0;
    struct lin_op *op;
    bool done;

    op = lin_tape_call(&d->tape, lane, code, 0);
    done = code == RING_TRY_POP      ? d->ops->try_pop(d->ring, &element)
           : code == RING_POP_NEWEST ? d->ops->pop_newest(d->ring, &element)
                                     : d->ops->poll_pop(d->ring, &element);
    if (done)
        value = value_of(element, CHAN_ALIEN);
    lin_tape_return(&d->tape, lane, op, done ? WEIR_OK : WEIR_AGAIN, value);
    return done;
}

static void
run_lane(void *ctx, unsigned lane)
{
    struct drive *d = ctx;

    for (unsigned i = 0; i < d->steps[lane]; i++) {
        const struct step *step = &d->step[lane][i];

        lin_rest(step->rest);
        if (step->code == RING_PUSH_N)
            call_push_n(d, lane, step);
        else if (step->code == RING_POP_N)
            call_pop_n(d, lane);
        else if (chan_code_sends(step->code))
            call_push(d, lane, step);
        else
            (void)call_pop(d, lane, step->code);
    }
}

static enum lin_verdict
run_round(struct drive *d, unsigned capacity)
{
    unsigned lanes = d->pool.count;

    d->ring = d->ops->ring(capacity);
    if (!d->ring)
        return LIN_GAVE_UP;
    lin_tape_reset(&d->tape, lanes + 1);
    lin_pool_go(&d->pool);
    if (!lin_pool_wait(&d->pool, STUCK_NS)) {
        fprintf(stderr, "# stuck: scenario %#jx of %s; what has returned:\n",
                (uintmax_t)d->seed, d->ops->name);
        lin_print(stderr, &d->model, &d->tape.h);
        abort();
    }
    for (unsigned i = 0; i <= capacity + 1; i++)
        if (!call_pop(d, lanes, RING_TRY_POP))
            break;
    return lin_check(d->checker, &d->model, &d->tape.h);
}

static void
count_results(const struct drive *d, struct ring_drive_result *result)
{
    for (unsigned t = 0; t < d->tape.h.lanes; t++)
        for (unsigned i = 0; i < d->tape.h.lane[t].count; i++) {
            const struct lin_op *op = &d->tape.h.lane[t].op[i];

            result->steps += 1;
            if (op->status == WEIR_OK)
                result->ok += 1;
            else if (chan_code_sends(op->code) || op->code == RING_PUSH_N)
                result->full += 1;
            else
                result->empty += 1;
        }
    result->rounds += 1;
}

/* Rounds with one set of threads; false: the run is over. */
static bool
run_batch(struct drive *d, const struct lin_options *options, int64_t end_ns,
          struct ring_drive_result *result, FILE *out)
{
    for (unsigned i = 0; i < ROUNDS_PER_POOL; i++) {
        uint64_t seed = lin_round_seed(options, d->model.param, result->rounds);
        enum lin_verdict verdict;

        if (options->rounds && result->rounds == options->rounds)
            return false;
        if (end_ns && lin_now_ns() > end_ns)
            return false;
        roll_scenario(d, seed);
        verdict = run_round(d, d->model.param);
        count_results(d, result);
        if (verdict == LIN_GOOD)
            continue;
        result->failed = true;
        if (out) {
            fprintf(out,
                    "# %s, verdict %d; %u lanes; again with --scenario "
                    "%#jx\n",
                    d->ops->name, verdict, d->pool.count, (uintmax_t)seed);
            lin_explain(out, d->checker, &d->model, &d->tape.h);
        }
        return false;
    }
    return true;
}

struct ring_drive_result
ring_drive(const struct ring_ops *ops, unsigned capacity,
           const struct lin_options *options, FILE *out)
{
    struct ring_drive_result result = { 0 };
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
    ring_model_init(&d->model, capacity);
    for (unsigned lanes = 2; more && d->checker; lanes = 2 + (lanes - 1) % 3) {
        if (!lin_pool_start(&d->pool,
                            ops->one_pusher && ops->one_popper ? 2 : lanes,
                            run_lane, d))
            break;
        more = run_batch(d, options, end_ns, &result, out);
        lin_pool_stop(&d->pool);
    }
    result.failed |= more; /* no threads, or no memory */
    lin_checker_free(d->checker);
    free(d);
    return result;
}
