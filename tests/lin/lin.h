/* SPDX-License-Identifier: MIT */
/*
 * lin/lin.h - is a recorded history linearizable?
 *
 * A history is one list of operations per thread.  It is linearizable if all
 * operations can be put into one order that (1) keeps every operation after
 * those that came before it and (2) is legal for a sequential model.
 *
 * "Came before" is not a clock but a vector: `before` of an operation packs,
 * one byte per thread, how many operations of that thread had returned when
 * this one was called.  Three ways to fill it:
 *
 *   lin_call, lin_return  one OS thread (fibers of the explorer, simulations):
 *                         the order of the calls is the order.  Sound in the
 *                         explorer only if its calls and returns are steps that
 *                         order each other (model/chan_play.h, "heard"), or
 *                         `before` is narrowed to what happens before
 *   lin_tape.h            real threads: what happens before
 *   lin_order             from invoke and return tickets of any clock
 *
 * Plain C, no threads, no atomics; memory by malloc.
 *
 * Source   J. Wing, C. Gong, "Testing and verifying concurrent objects"
 *          (1993); G. Lowe, "Testing for linearizability" (2017), the memo.
 */
#ifndef WEIR_TESTS_LIN_H
#define WEIR_TESTS_LIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum {
    LIN_THREADS = 8, /* lanes of a history: one byte of `before` each */
    LIN_OPS = 64,    /* operations of a history, all lanes together */
    LIN_WORDS = 8    /* 64-bit words of a model's state */
};

struct lin_op {
    uint32_t code;   /* the model's */
    int32_t status;  /* what the call returned */
    uint32_t arg;    /* what went in */
    uint32_t value;  /* what came out */
    uint64_t before; /* byte t: operations of lane t that came before */
    uint64_t invoke; /* tickets, for lin_order only */
    uint64_t ret;
};

struct lin_lane {
    _Alignas(128) unsigned count; /* lanes share no line: threads fill them */
    struct lin_op op[LIN_OPS];
};

struct lin_history {
    unsigned lanes;
    uint64_t done; /* lin_call and lin_return: packed as `before` */
    struct lin_lane lane[LIN_THREADS];
};

enum lin_step {
    LIN_NO,   /* not legal here; the state is untouched */
    LIN_SAME, /* legal, and the state is as it was */
    LIN_MOVED /* legal, and the state has changed */
};

/*
 * A sequential model.  The state is flat, without padding that varies, one
 * representation per meaning: states are compared as bytes.
 */
struct lin_model {
    const char *name;
    unsigned param; /* capacity, or whatever the model needs */
    unsigned words; /* size of the state, in 64-bit words, <= LIN_WORDS */
    void (*init)(const struct lin_model *model, void *state);
    enum lin_step (*apply)(const struct lin_model *model, void *state,
                           const struct lin_op *op);
    /* Two operations at one instant (a rendezvous); NULL: there are none.  An
     * operation that apply() calls LIN_SAME must not be part of a pair. */
    enum lin_step (*pair)(const struct lin_model *model, void *state,
                          const struct lin_op *a, const struct lin_op *b);
    void (*print_op)(FILE *out, const struct lin_op *op);
    void (*print_state)(FILE *out, const struct lin_model *model,
                        const void *state);
};

enum lin_verdict {
    LIN_GOOD,
    LIN_BAD,
    LIN_MISUSE, /* more than LIN_OPS operations, or a bad `before` */
    LIN_GAVE_UP /* no memory for the memo */
};

struct lin_checker; /* buffers that are used again from check to check */

struct lin_checker *lin_checker_make(void); /* NULL: no memory */
void lin_checker_free(struct lin_checker *ck);

void lin_reset(struct lin_history *h, unsigned lanes);

/* One OS thread: an operation is called, and returns.  lin_call never fails:
 * above LIN_OPS the verdict is LIN_MISUSE. */
void lin_call(struct lin_history *h, unsigned lane, uint32_t code,
              uint32_t arg);
void lin_return(struct lin_history *h, unsigned lane, int32_t status,
                uint32_t value);

/* One more operation within the call that returned last in this lane, behind
 * its operation: a batch is its single operations in a row. */
void lin_more(struct lin_history *h, unsigned lane, uint32_t arg,
              uint32_t value);

/* `before` from tickets: x came before y if x.ret < y.invoke. */
void lin_order(struct lin_history *h);

enum lin_verdict lin_check(struct lin_checker *ck,
                           const struct lin_model *model,
                           const struct lin_history *h);

/* States that the last check looked at. */
unsigned lin_visited(const struct lin_checker *ck);

/* The history, lane by lane, and after a LIN_BAD how far the search came. */
void lin_print(FILE *out, const struct lin_model *model,
               const struct lin_history *h);
void lin_explain(FILE *out, const struct lin_checker *ck,
                 const struct lin_model *model, const struct lin_history *h);

/* As lin_more(), in the lane's list alone; false: it is full. */
static inline bool
lin_append_same(struct lin_lane *list, uint32_t arg, uint32_t value)
{
    struct lin_op *op = &list->op[list->count];

    if (list->count == LIN_OPS || list->count == 0)
        return false;
    *op = op[-1];
    op->arg = arg;
    op->value = value;
    list->count += 1;
    return true;
}

static inline unsigned
lin_count(uint64_t packed, unsigned lane)
{
    return (unsigned)(packed >> (8 * lane)) & 0xff;
}

static inline uint64_t
lin_one(unsigned lane)
{
    return (uint64_t)1 << (8 * lane);
}

/* Have all operations that came before `op` been placed, `pos` of each lane?
 * Bytes are at most 64, so that no borrow crosses into a neighbour. */
static inline bool
lin_enabled(uint64_t pos, const struct lin_op *op)
{
    const uint64_t high = 0x8080808080808080u;

    return (((pos | high) - op->before) & high) == high;
}

#endif
