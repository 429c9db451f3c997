/* SPDX-License-Identifier: MIT */
/*
 * lin/basic_model.c - a register, and a lock with readers.
 */
#include "basic_model.h"

#include <weir/base.h>

static void
register_init(const struct lin_model *model, void *state)
{
    *(uint64_t *)state = model->param;
}

static enum lin_step
register_apply(const struct lin_model *model, void *state,
               const struct lin_op *op)
{
    uint64_t *reg = state;

    (void)model;
    if (op->code == REG_READ)
        return op->value == *reg ? LIN_SAME : LIN_NO;
    if (op->code == REG_CAS) {
        bool equal = *reg == op->arg >> 16;

        if (equal != (op->status == WEIR_OK))
            return LIN_NO;
        if (!equal)
            return LIN_SAME;
    }
    *reg = op->code == REG_CAS ? op->arg & 0xffff : op->arg;
    return LIN_MOVED;
}

static void
register_print_op(FILE *out, const struct lin_op *op)
{
    if (op->code == REG_READ)
        fprintf(out, "read  -> %u", op->value);
    else if (op->code == REG_WRITE)
        fprintf(out, "write %u", op->arg);
    else
        fprintf(out, "cas   %u to %u -> %s", op->arg >> 16, op->arg & 0xffff,
                op->status == WEIR_OK ? "OK" : "AGAIN");
}

static void
register_print_state(FILE *out, const struct lin_model *model,
                     const void *state)
{
    (void)model;
    fprintf(out, "%u", (unsigned)*(const uint64_t *)state);
}

void
register_model_init(struct lin_model *model, unsigned initial)
{
    *model = (struct lin_model){
        .name = "register, first",
        .param = initial,
        .words = 1,
        .init = register_init,
        .apply = register_apply,
        .print_op = register_print_op,
        .print_state = register_print_state,
    };
}

struct __attribute__((may_alias)) lock_state {
    uint32_t writer;
    uint32_t readers;
};

static void
lock_init(const struct lin_model *model, void *state)
{
    (void)model;
    *(uint64_t *)state = 0;
}

static enum lin_step
lock_take(struct lock_state *s, const struct lin_op *op, bool reads)
{
    bool held = s->writer || (!reads && s->readers);
    uint32_t form = op->code & 3;

    if (op->status == WEIR_OK) {
        if (held)
            return LIN_NO;
        if (reads)
            s->readers += 1;
        else
            s->writer = 1;
        return LIN_MOVED;
    }
    if (held && ((form == LOCK_TRY && op->status == WEIR_AGAIN) ||
                 (form == LOCK_UNTIL && op->status == WEIR_TIMEOUT)))
        return LIN_SAME;
    return LIN_NO;
}

static enum lin_step
lock_apply(const struct lin_model *model, void *state, const struct lin_op *op)
{
    struct lock_state *s = state;
    bool reads = op->code >= LOCK_RLOCK;

    (void)model;
    if ((op->code & 3) != LOCK_UNLOCK)
        return lock_take(s, op, reads);
    if (reads ? s->readers == 0 : s->writer == 0)
        return LIN_NO;
    if (reads)
        s->readers -= 1;
    else
        s->writer = 0;
    return LIN_MOVED;
}

static void
lock_print_op(FILE *out, const struct lin_op *op)
{
    static const char *const form[] = { "lock", "try_lock", "lock_until",
                                        "unlock" };

    fprintf(out, "%s%s -> %d", op->code >= LOCK_RLOCK ? "read " : "",
            form[op->code & 3], op->status);
}

static void
lock_print_state(FILE *out, const struct lin_model *model, const void *state)
{
    const struct lock_state *s = state;

    (void)model;
    fprintf(out, "%s, %u readers", s->writer ? "written" : "not written",
            s->readers);
}

void
lock_model_init(struct lin_model *model)
{
    *model = (struct lin_model){
        .name = "lock",
        .words = 1,
        .init = lock_init,
        .apply = lock_apply,
        .print_op = lock_print_op,
        .print_state = lock_print_state,
    };
}
