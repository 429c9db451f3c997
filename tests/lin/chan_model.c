/* SPDX-License-Identifier: MIT */
/*
 * lin/chan_model.c - the bounded queue with close, and the rendezvous.
 */
#include "chan_model.h"

#include <string.h>

#include <weir/base.h>

struct __attribute__((may_alias)) chan_state {
    uint16_t closed;
    uint16_t count;
    uint16_t item[CHAN_MODEL_CAP_MAX]; /* zero beyond count: one form each */
    uint16_t zero[2];
};

_Static_assert(sizeof(struct chan_state) == 24, "whole words, no padding");

static void
chan_init(const struct lin_model *model, void *state)
{
    (void)model;
    memset(state, 0, sizeof(struct chan_state));
}

static enum lin_step
legal_if(bool legal)
{
    return legal ? LIN_SAME : LIN_NO;
}

/* May this call say `status` because it found no room, or nothing? */
static bool
may_refuse(const struct lin_op *op)
{
    switch (op->code) {
    case CHAN_TRY_SEND:
    case CHAN_TRY_RECV:
    case RING_TRY_PUSH:
    case RING_TRY_POP:
    case RING_PUSH_N:
    case RING_POP_N:
    case RING_POP_NEWEST:
        return op->status == WEIR_AGAIN;
    case CHAN_SEND_UNTIL:
    case CHAN_RECV_UNTIL:
        return op->status == WEIR_TIMEOUT;
    default:
        return false;
    }
}

static void
take_first(struct chan_state *s)
{
    s->count -= 1;
    memmove(s->item, s->item + 1, s->count * sizeof(s->item[0]));
    s->item[s->count] = 0;
}

/* A send to a full channel that drops. */
static enum lin_step
apply_drop(struct chan_state *s, const struct lin_op *op, unsigned param)
{
    if (param & CHAN_DROP_NEWEST)
        return legal_if(op->value == op->arg);
    if (op->value != s->item[0])
        return LIN_NO;
    take_first(s);
    s->item[s->count++] = (uint16_t)op->arg;
    return LIN_MOVED;
}

static enum lin_step
apply_send(struct chan_state *s, const struct lin_op *op, unsigned param)
{
    const unsigned capacity = param & CHAN_MODEL_CAP;

    if (op->status == WEIR_CLOSED)
        return legal_if(s->closed && op->value == 0);
    if (s->closed)
        return LIN_NO;
    if (op->status != WEIR_OK)
        return legal_if(may_refuse(op) && s->count == capacity &&
                        !(param & CHAN_DROP));
    if (s->count >= capacity)
        return param & CHAN_DROP ? apply_drop(s, op, param) : LIN_NO;
    if (op->value != 0)
        return LIN_NO;
    s->item[s->count++] = (uint16_t)op->arg;
    return LIN_MOVED;
}

static enum lin_step
apply_push_n(struct chan_state *s, const struct lin_op *op, unsigned capacity)
{
    if (op->status != WEIR_OK)
        return legal_if(may_refuse(op) && s->count == capacity);
    if (op->value == 0 || s->count + op->value > capacity)
        return LIN_NO;
    for (unsigned i = 0; i < op->value; i++)
        s->item[s->count++] = (uint16_t)(op->arg + i);
    return LIN_MOVED;
}

static enum lin_step
apply_pop_n(struct chan_state *s, const struct lin_op *op)
{
    unsigned n = 0;

    if (op->status != WEIR_OK)
        return legal_if(may_refuse(op) && s->count == 0);
    for (uint32_t rest = op->value; rest != 0; rest >>= 8, n++)
        if (n >= s->count || s->item[n] != (rest & 0xff))
            return LIN_NO;
    if (n == 0)
        return LIN_NO;
    while (n-- > 0)
        take_first(s);
    return LIN_MOVED;
}

static enum lin_step
apply_pop_newest(struct chan_state *s, const struct lin_op *op)
{
    if (op->status != WEIR_OK)
        return legal_if(may_refuse(op) && s->count == 0);
    if (s->count == 0 || s->item[s->count - 1] != op->value)
        return LIN_NO;
    s->item[--s->count] = 0;
    return LIN_MOVED;
}

static enum lin_step
apply_recv(struct chan_state *s, const struct lin_op *op)
{
    if (op->status != WEIR_OK && s->count != 0)
        return LIN_NO;
    if (op->status == WEIR_CLOSED)
        return legal_if(s->closed && op->value == 0);
    if (op->status != WEIR_OK)
        return legal_if(may_refuse(op) && !s->closed);
    if (s->count == 0 || s->item[0] != op->value)
        return LIN_NO;
    take_first(s);
    return LIN_MOVED;
}

static enum lin_step
apply_close(struct chan_state *s, const struct lin_op *op)
{
    if (op->status == WEIR_CLOSED)
        return legal_if(s->closed);
    if (op->status != WEIR_OK || s->closed)
        return LIN_NO;
    s->closed = 1;
    return LIN_MOVED;
}

static enum lin_step
chan_apply(const struct lin_model *model, void *state, const struct lin_op *op)
{
    struct chan_state *s = state;
    bool polls = op->code == RING_POLL_PUSH || op->code == RING_POLL_POP;

    if (polls && op->status == WEIR_AGAIN)
        return LIN_SAME;
    if (chan_code_sends(op->code))
        return apply_send(s, op, model->param);
    if (chan_code_receives(op->code))
        return apply_recv(s, op);
    if (op->code == CHAN_CLOSE)
        return apply_close(s, op);
    if (op->code == RING_PUSH_N)
        return apply_push_n(s, op, model->param);
    if (op->code == RING_POP_N)
        return apply_pop_n(s, op);
    if (op->code == RING_POP_NEWEST)
        return apply_pop_newest(s, op);
    return legal_if(op->code == CHAN_LEN && op->value == s->count);
}

static enum lin_step
chan_pair(const struct lin_model *model, void *state, const struct lin_op *a,
          const struct lin_op *b)
{
    const struct chan_state *s = state;

    (void)model;
    return legal_if(!s->closed && chan_code_sends(a->code) &&
                    chan_code_receives(b->code) && a->status == WEIR_OK &&
                    b->status == WEIR_OK && a->value == 0 &&
                    a->arg == b->value);
}

static const char *
status_name(int32_t status)
{
    switch (status) {
    case WEIR_OK:
        return "OK";
    case WEIR_CLOSED:
        return "CLOSED";
    case WEIR_AGAIN:
        return "AGAIN";
    case WEIR_TIMEOUT:
        return "TIMEOUT";
    default:
        return "strange status";
    }
}

static void
chan_print_op(FILE *out, const struct lin_op *op)
{
    static const char *const name[] = {
        "send",       "try_send", "send_until", "recv",     "try_recv",
        "recv_until", "close",    "len",        "try_push", "try_pop",
        "poll_push",  "poll_pop", "push_n",     "pop_n",    "pop_newest",
    };

    fprintf(out, "%-10s ", name[op->code]);
    if (chan_code_sends(op->code))
        fprintf(out, "%-5u -> %s", op->arg, status_name(op->status));
    if (chan_code_sends(op->code) && op->value != 0)
        fprintf(out, ", %u dropped", op->value);
    if (chan_code_sends(op->code))
        return;
    if (op->code == RING_PUSH_N)
        fprintf(out, "%-5u -> %s, %u", op->arg, status_name(op->status),
                op->value);
    else if (op->code == RING_POP_N)
        fprintf(out, "      -> %s %u %u %u", status_name(op->status),
                op->value & 0xff, op->value >> 8 & 0xff, op->value >> 16);
    else if (op->code == RING_POP_NEWEST)
        fprintf(out, "      -> %s %u", status_name(op->status), op->value);
    else if (op->code == CHAN_LEN)
        fprintf(out, "      -> %u", op->value);
    else if (op->value == CHAN_ALIEN)
        fprintf(out, "      -> %s, torn or alien message",
                status_name(op->status));
    else if (chan_code_receives(op->code) && op->status == WEIR_OK)
        fprintf(out, "      -> OK %u", op->value);
    else
        fprintf(out, "      -> %s", status_name(op->status));
}

static void
chan_print_state(FILE *out, const struct lin_model *model, const void *state)
{
    const struct chan_state *s = state;

    fprintf(out, "%s [", s->closed ? "closed" : "open");
    for (unsigned i = 0; i < s->count; i++)
        fprintf(out, i ? " %u" : "%u", s->item[i]);
    fprintf(out, "] of %u", model->param & CHAN_MODEL_CAP);
}

void
chan_model_init(struct lin_model *model, unsigned capacity)
{
    *model = (struct lin_model){
        .name = "channel of",
        .param = capacity,
        /* A capacity that the state cannot hold: every check is a misuse. */
        .words = (capacity & CHAN_MODEL_CAP) <= CHAN_MODEL_CAP_MAX
                     ? 3
                     : LIN_WORDS + 1,
        .init = chan_init,
        .apply = chan_apply,
        .pair = (capacity & CHAN_MODEL_CAP) == 0 ? chan_pair : NULL,
        .print_op = chan_print_op,
        .print_state = chan_print_state,
    };
}

void
ring_model_init(struct lin_model *model, unsigned capacity)
{
    chan_model_init(model, capacity);
    model->name = "ring of";
    model->pair = NULL;
}
