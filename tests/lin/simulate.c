/* SPDX-License-Identifier: MIT */
/*
 * lin/simulate.c - a channel that is one queue, driven by dice.
 *
 * A call is open until dice let it take effect; a blocking call takes effect
 * when it can, a timed one also when it cannot, by giving up.  A lane that
 * waits for ever at the end is let go by a close.
 */
#include "simulate.h"

#include <string.h>

#include <weir/base.h>

#include "../test.h"
#include "chan_model.h"

enum phase { IDLE, CALLED, DONE };

struct lane {
    enum phase phase;
    unsigned left; /* calls still to make */
    enum chan_code code;
    uint32_t arg;
    int status;
    uint32_t value;
};

struct world {
    const struct simulation *sim;
    struct lin_history *h;
    uint64_t *seed;
    struct lane lane[LIN_THREADS];
    uint32_t queue[CHAN_MODEL_CAP_MAX];
    unsigned count;
    bool closed;
    uint32_t next_value;
};

static unsigned
below(struct world *w, unsigned n)
{
    return (unsigned)(test_rand(w->seed) >> 33) % n;
}

static void
finish(struct lane *lane, int status, uint32_t value)
{
    lane->phase = DONE;
    lane->status = status;
    lane->value = value;
}

static void
begin_call(struct world *w, unsigned t)
{
    struct lane *lane = &w->lane[t];

    lane->left -= 1;
    lane->code = (enum chan_code)below(w, CHAN_CLOSE);
    if (below(w, 16) == 0)
        lane->code = w->sim->closes && below(w, 4) == 0 ? CHAN_CLOSE : CHAN_LEN;
    lane->arg = chan_code_sends(lane->code) ? ++w->next_value : 0;
    lane->phase = CALLED;
    lin_call(w->h, t, lane->code, lane->arg);
}

/* Capacity 0: another lane that waits with the opposite call. */
static struct lane *
partner(struct world *w, const struct lane *lane)
{
    bool sends = chan_code_sends(lane->code);

    for (unsigned t = 0; t < w->sim->lanes; t++) {
        struct lane *other = &w->lane[t];

        if (other != lane && other->phase == CALLED &&
            (sends ? chan_code_receives(other->code)
                   : chan_code_sends(other->code)))
            return other;
    }
    return NULL;
}

static bool
try_transfer(struct world *w, struct lane *lane)
{
    bool sends = chan_code_sends(lane->code);
    struct lane *other = w->sim->capacity == 0 ? partner(w, lane) : NULL;

    if (w->closed && (sends || w->count == 0)) {
        finish(lane, WEIR_CLOSED, 0);
    } else if (other) {
        uint32_t value = sends ? lane->arg : other->arg;

        finish(lane, WEIR_OK, sends ? 0 : value);
        finish(other, WEIR_OK, sends ? value : 0);
    } else if (sends && w->count < w->sim->capacity) {
        w->queue[w->count++] = lane->arg;
        finish(lane, WEIR_OK, 0);
    } else if (!sends && w->count > 0) {
        finish(lane, WEIR_OK, w->queue[0]);
        memmove(w->queue, w->queue + 1, --w->count * sizeof(w->queue[0]));
    } else {
        return false;
    }
    return true;
}

static void
take_effect(struct world *w, struct lane *lane)
{
    if (lane->code == CHAN_CLOSE) {
        finish(lane, w->closed ? WEIR_CLOSED : WEIR_OK, 0);
        w->closed = true;
    } else if (lane->code == CHAN_LEN) {
        finish(lane, WEIR_OK, w->count);
    } else if (!try_transfer(w, lane)) {
        if (lane->code == CHAN_TRY_SEND || lane->code == CHAN_TRY_RECV)
            finish(lane, WEIR_AGAIN, 0);
        else if ((lane->code == CHAN_SEND_UNTIL ||
                  lane->code == CHAN_RECV_UNTIL) &&
                 below(w, 3) == 0)
            finish(lane, WEIR_TIMEOUT, 0);
    }
}

static bool
is_over(const struct world *w)
{
    for (unsigned t = 0; t < w->sim->lanes; t++)
        if (w->lane[t].left > 0 || w->lane[t].phase != IDLE)
            return false;
    return true;
}

static void
step(struct world *w, unsigned t)
{
    struct lane *lane = &w->lane[t];

    if (lane->phase == IDLE && lane->left > 0) {
        begin_call(w, t);
    } else if (lane->phase == CALLED) {
        take_effect(w, lane);
    } else if (lane->phase == DONE) {
        lin_return(w->h, t, lane->status, lane->value);
        lane->phase = IDLE;
    }
}

void
simulate(const struct simulation *sim, struct lin_history *h, uint64_t *seed)
{
    struct world w = { .sim = sim, .h = h, .seed = seed };
    unsigned steps = 0, patience = 20 * sim->lanes * sim->ops;

    lin_reset(h, sim->lanes + 1);
    for (unsigned t = 0; t < sim->lanes; t++)
        w.lane[t].left = sim->ops;
    while (!is_over(&w)) {
        step(&w, below(&w, sim->lanes));
        if (++steps == patience) {
            lin_call(h, sim->lanes, CHAN_CLOSE, 0);
            lin_return(h, sim->lanes, w.closed ? WEIR_CLOSED : WEIR_OK, 0);
            w.closed = true;
        }
    }
}

static struct lin_op *
any_op(struct lin_history *h, uint64_t *seed)
{
    for (;;) {
        unsigned t = (unsigned)(test_rand(seed) >> 33) % h->lanes;
        struct lin_lane *list = &h->lane[t];

        if (list->count > 0)
            return &list->op[(test_rand(seed) >> 33) % list->count];
    }
}

void
change_history(struct lin_history *h, uint64_t *seed)
{
    static const int status[] = { WEIR_OK, WEIR_AGAIN, WEIR_TIMEOUT,
                                  WEIR_CLOSED };
    struct lin_op *a = any_op(h, seed);
    struct lin_op *b = any_op(h, seed);
    uint32_t value = a->value;

    switch ((test_rand(seed) >> 33) % 4) {
    case 0:
        a->status = status[(test_rand(seed) >> 33) % 4];
        break;
    case 1:
        a->value = b->value;
        b->value = value;
        break;
    case 2:
        a->value = a->value ? 0 : b->arg;
        break;
    default:
        b->before = a->before; /* an order more, or less */
        for (unsigned t = 0; t < h->lanes; t++)
            for (unsigned i = 0; i < h->lane[t].count; i++)
                if (lin_count(h->lane[t].op[i].before, t) > i)
                    h->lane[t].op[i].before = 0;
        break;
    }
}

/* One lane's operation, or two at one instant, then the rest. */
static bool
plain_from(const struct lin_model *model, const struct lin_history *h,
           uint64_t pos, const uint64_t *state)
{
    bool left = false;

    for (unsigned a = 0; a < h->lanes; a++) {
        const struct lin_op *x = &h->lane[a].op[lin_count(pos, a)];
        uint64_t next[LIN_WORDS];

        if (lin_count(pos, a) == h->lane[a].count)
            continue;
        left = true;
        if (!lin_enabled(pos, x))
            continue;
        memcpy(next, state, sizeof(next));
        if (model->apply(model, next, x) != LIN_NO &&
            plain_from(model, h, pos + lin_one(a), next))
            return true;
        for (unsigned b = 0; model->pair && b < h->lanes; b++) {
            const struct lin_op *y = &h->lane[b].op[lin_count(pos, b)];

            if (b == a || lin_count(pos, b) == h->lane[b].count ||
                !lin_enabled(pos, y))
                continue;
            memcpy(next, state, sizeof(next));
            if (model->pair(model, next, x, y) != LIN_NO &&
                plain_from(model, h, pos + lin_one(a) + lin_one(b), next))
                return true;
        }
    }
    return !left;
}

bool
plain_search(const struct lin_model *model, const struct lin_history *h)
{
    uint64_t state[LIN_WORDS] = { 0 };

    model->init(model, state);
    return plain_from(model, h, 0, state);
}
