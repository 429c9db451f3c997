/* SPDX-License-Identifier: MIT */
/*
 * lin/lin.c - Wing and Gong's search with Lowe's memo.
 *
 * State       a frame per choice: how many operations of each lane are placed
 *             (packed bytes; lanes are sequential, so this is the done set)
 *             and the model's state after them
 * Invariants
 *   L1  A pair (placed, state) is expanded once: what can follow depends on
 *       nothing else.  The memo compares whole states, never hashes alone: a
 *       collision would condemn a good history.
 *   L2  An operation that may be placed and leaves the state alone (LIN_SAME)
 *       is placed at once, without a branch: in any order that places it
 *       later it can be moved here.
 *   L3  The two halves of a pair are both allowed next *before* either is
 *       placed: a pair needs an instant inside both calls.
 * Limits      8 lanes, 64 operations, 2^20 remembered states
 */
#include <stdlib.h>
#include <string.h>

#include "lin_core.h"

enum { MEMO_FIRST = 64, MEMO_LIMIT = 1 << 20 };

/* Words of an entry before the state. */
enum { ENTRY_CHECK, ENTRY_POS, ENTRY_STATE };

struct lin_checker *
lin_checker_make(void)
{
    return calloc(1, sizeof(struct lin_checker));
}

void
lin_checker_free(struct lin_checker *ck)
{
    if (ck)
        free(ck->memo);
    free(ck);
}

unsigned
lin_visited(const struct lin_checker *ck)
{
    return ck->memo_used;
}

void
lin_reset(struct lin_history *h, unsigned lanes)
{
    h->lanes = lanes;
    h->done = 0;
    for (unsigned t = 0; t < LIN_THREADS; t++)
        h->lane[t].count = 0;
}

void
lin_call(struct lin_history *h, unsigned lane, uint32_t code, uint32_t arg)
{
    struct lin_lane *list = &h->lane[lane];
    struct lin_op *op;

    if (list->count == LIN_OPS) {
        h->lanes = LIN_THREADS + 1; /* lin_check says LIN_MISUSE */
        return;
    }
    op = &list->op[list->count];
    *op = (struct lin_op){ .code = code, .arg = arg, .before = h->done };
}

void
lin_return(struct lin_history *h, unsigned lane, int32_t status, uint32_t value)
{
    struct lin_lane *list = &h->lane[lane];

    if (list->count == LIN_OPS)
        return;
    list->op[list->count].status = status;
    list->op[list->count].value = value;
    list->count += 1;
    h->done += lin_one(lane);
}

void
lin_more(struct lin_history *h, unsigned lane, uint32_t arg, uint32_t value)
{
    if (lin_append_same(&h->lane[lane], arg, value))
        h->done += lin_one(lane);
    else
        h->lanes = LIN_THREADS + 1; /* lin_check says LIN_MISUSE */
}

static uint64_t
returned_by(const struct lin_history *h, uint64_t ticket)
{
    uint64_t packed = 0;

    for (unsigned t = 0; t < h->lanes; t++) {
        const struct lin_lane *list = &h->lane[t];
        unsigned n = 0;

        while (n < list->count && list->op[n].ret < ticket)
            n++;
        packed |= (uint64_t)n << (8 * t);
    }
    return packed;
}

void
lin_order(struct lin_history *h)
{
    for (unsigned t = 0; t < h->lanes; t++)
        for (unsigned i = 0; i < h->lane[t].count; i++)
            h->lane[t].op[i].before = returned_by(h, h->lane[t].op[i].invoke);
}

static uint64_t
memo_hash(uint64_t pos, const uint64_t *state, unsigned words)
{
    uint64_t x = pos * 0x9e3779b97f4a7c15u;

    for (unsigned i = 0; i < words; i++) {
        x ^= x >> 29;
        x = (x ^ state[i]) * 0xbf58476d1ce4e5b9u;
    }
    return x ^ (x >> 32);
}

/* The entry of this key, or the free one where it belongs. */
static uint64_t *
memo_find(const struct lin_checker *ck, uint64_t pos, const uint64_t *state)
{
    size_t stride = ENTRY_STATE + ck->words;
    size_t mask = ck->memo_size - 1;
    size_t i = memo_hash(pos, state, ck->words) & mask;

    for (;; i = (i + 1) & mask) {
        uint64_t *entry = ck->memo + i * stride;

        if (entry[ENTRY_CHECK] != ck->check)
            return entry;
        if (entry[ENTRY_POS] == pos &&
            memcmp(entry + ENTRY_STATE, state, 8 * ck->words) == 0)
            return entry;
    }
}

static void
memo_put(const struct lin_checker *ck, uint64_t *entry, uint64_t pos,
         const uint64_t *state)
{
    entry[ENTRY_CHECK] = ck->check;
    entry[ENTRY_POS] = pos;
    memcpy(entry + ENTRY_STATE, state, 8 * ck->words);
}

static bool
memo_resize(struct lin_checker *ck, size_t size)
{
    size_t stride = ENTRY_STATE + ck->words;
    uint64_t *old = ck->memo;
    size_t old_size = old ? ck->memo_size : 0;

    if (size > MEMO_LIMIT)
        return false;
    ck->memo = calloc(size, stride * sizeof(uint64_t));
    if (!ck->memo) {
        ck->memo = old;
        return false;
    }
    ck->memo_size = size;
    for (size_t i = 0; i < old_size; i++) {
        const uint64_t *e = old + i * stride;

        if (e[ENTRY_CHECK] == ck->check)
            memo_put(ck, memo_find(ck, e[ENTRY_POS], e + ENTRY_STATE),
                     e[ENTRY_POS], e + ENTRY_STATE);
    }
    free(old);
    return true;
}

/* A new check forgets the last one's entries by their number. */
static bool
memo_begin(struct lin_checker *ck, unsigned words)
{
    if (ck->memo && ck->words != words) {
        free(ck->memo);
        ck->memo = NULL;
    }
    ck->words = words;
    ck->check += 1;
    ck->memo_used = 0;
    return ck->memo || memo_resize(ck, MEMO_FIRST);
}

/* False: known already (L1), or no memory (`full`). */
static bool
memo_add(struct lin_checker *ck, uint64_t pos, const uint64_t *state)
{
    uint64_t *entry = memo_find(ck, pos, state);

    if (entry[ENTRY_CHECK] == ck->check)
        return false;
    if (2 * (size_t)ck->memo_used >= ck->memo_size) {
        if (!memo_resize(ck, 2 * ck->memo_size)) {
            ck->full = true;
            return false;
        }
        entry = memo_find(ck, pos, state);
    }
    memo_put(ck, entry, pos, state);
    ck->memo_used += 1;
    return true;
}

/* The next operation of a lane, if it may be placed now. */
static const struct lin_op *
next_op(const struct lin_history *h, uint64_t pos, unsigned lane)
{
    unsigned n = lin_count(pos, lane);
    const struct lin_op *op = &h->lane[lane].op[n];

    if (n >= h->lane[lane].count || !lin_enabled(pos, op))
        return NULL;
    return op;
}

/* Place all that leaves the state alone (L2). */
static void
settle(struct lin_checker *ck, const struct lin_model *model,
       const struct lin_history *h, struct lin_frame *f)
{
    uint64_t scratch[LIN_WORDS];
    bool again;

    do {
        again = false;
        for (unsigned t = 0; t < h->lanes; t++) {
            const struct lin_op *op = next_op(h, f->pos, t);

            if (!op)
                continue;
            memcpy(scratch, f->state, 8 * ck->words);
            if (model->apply(model, scratch, op) != LIN_SAME)
                continue;
            f->pos += lin_one(t);
            ck->path[ck->path_len++] = (uint8_t)t;
            again = true;
        }
    } while (again);
}

static void
remember_best(struct lin_checker *ck, const struct lin_frame *f)
{
    if (ck->best_len >= ck->path_len)
        return;
    ck->best_len = ck->path_len;
    ck->best_pos = f->pos;
    memcpy(ck->best, ck->path, ck->path_len);
    memcpy(ck->best_state, f->state, 8 * ck->words);
}

static bool
place_single(struct lin_checker *ck, const struct lin_model *model,
             const struct lin_history *h, const struct lin_frame *f,
             unsigned lane)
{
    struct lin_frame *next = &ck->frame[ck->depth + 1];
    const struct lin_op *op = next_op(h, f->pos, lane);

    if (!op)
        return false;
    memcpy(next->state, f->state, 8 * ck->words);
    if (model->apply(model, next->state, op) == LIN_NO)
        return false;
    next->pos = f->pos + lin_one(lane);
    ck->path[ck->path_len++] = (uint8_t)lane;
    return true;
}

static bool
place_pair(struct lin_checker *ck, const struct lin_model *model,
           const struct lin_history *h, const struct lin_frame *f, unsigned a,
           unsigned b)
{
    struct lin_frame *next = &ck->frame[ck->depth + 1];
    const struct lin_op *x = next_op(h, f->pos, a);
    const struct lin_op *y = a == b ? NULL : next_op(h, f->pos, b); /* L3 */

    if (!x || !y)
        return false;
    memcpy(next->state, f->state, 8 * ck->words);
    if (model->pair(model, next->state, x, y) == LIN_NO)
        return false;
    next->pos = f->pos + lin_one(a) + lin_one(b);
    ck->path[ck->path_len++] = (uint8_t)a;
    ck->path[ck->path_len++] = (uint8_t)b;
    return true;
}

/* Try the choices of the top frame from where it stopped; true: one frame
 * deeper. */
static bool
descend(struct lin_checker *ck, const struct lin_model *model,
        const struct lin_history *h)
{
    struct lin_frame *f = &ck->frame[ck->depth];
    unsigned n = h->lanes;
    unsigned choices = model->pair ? n + n * n : n;

    ck->path_len = f->path_len;
    while (f->next < choices) {
        unsigned c = f->next++;
        bool placed =
            c < n ? place_single(ck, model, h, f, c)
                  : place_pair(ck, model, h, f, (c - n) / n, (c - n) % n);

        if (placed) {
            ck->depth += 1;
            return true;
        }
    }
    return false;
}

/* A frame has just been filled in: false if it leads nowhere new. */
static bool
enter(struct lin_checker *ck, const struct lin_model *model,
      const struct lin_history *h)
{
    struct lin_frame *f = &ck->frame[ck->depth];

    settle(ck, model, h, f);
    f->path_len = ck->path_len;
    f->next = 0;
    remember_best(ck, f);
    return memo_add(ck, f->pos, f->state);
}

static bool
is_sound(const struct lin_history *h, const struct lin_model *model,
         uint64_t *all)
{
    unsigned total = 0;

    if (h->lanes > LIN_THREADS || model->words > LIN_WORDS)
        return false;
    *all = 0;
    for (unsigned t = 0; t < h->lanes; t++) {
        if (h->lane[t].count > LIN_OPS)
            return false;
        total += h->lane[t].count;
        *all |= (uint64_t)h->lane[t].count << (8 * t);
    }
    if (total > LIN_OPS)
        return false;
    for (unsigned t = 0; t < h->lanes; t++)
        for (unsigned i = 0; i < h->lane[t].count; i++) {
            const struct lin_op *op = &h->lane[t].op[i];

            if (!lin_enabled(*all, op) || lin_count(op->before, t) > i)
                return false;
        }
    return true;
}

static enum lin_verdict
search(struct lin_checker *ck, const struct lin_model *model,
       const struct lin_history *h, uint64_t all)
{
    bool fresh = true;

    for (;;) {
        if (fresh && !enter(ck, model, h)) {
            if (ck->full)
                return LIN_GAVE_UP;
            fresh = false;
        }
        if (ck->frame[ck->depth].pos == all)
            return LIN_GOOD;
        if (fresh && descend(ck, model, h))
            continue;
        do {
            if (ck->depth == 0)
                return LIN_BAD;
            ck->depth -= 1;
        } while (!descend(ck, model, h));
        fresh = true;
    }
}

enum lin_verdict
lin_check(struct lin_checker *ck, const struct lin_model *model,
          const struct lin_history *h)
{
    uint64_t all;

    if (!is_sound(h, model, &all))
        return LIN_MISUSE;
    if (!memo_begin(ck, model->words))
        return LIN_GAVE_UP;
    ck->depth = 0;
    ck->full = false;
    ck->path_len = 0;
    ck->best_len = 0;
    ck->best_pos = 0;
    memset(ck->frame[0].state, 0, sizeof(ck->frame[0].state));
    model->init(model, ck->frame[0].state);
    memcpy(ck->best_state, ck->frame[0].state, sizeof(ck->best_state));
    ck->frame[0].pos = 0;
    return search(ck, model, h, all);
}
