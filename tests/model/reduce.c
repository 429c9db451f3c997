/* SPDX-License-Identifier: MIT */
/*
 * model/reduce.c - executions that need not be finished.
 *
 *     A            B
 *     (preempted before p)
 *                  b1 b2 ... none of which touches what p touches
 *     p
 *
 * has the outcome of the execution in which A does p first and is preempted
 * before its next step; that one has no more preemptions and the tree search
 * comes to it as well.  So when A is back and its step is complete without a
 * conflict, this execution is given up.  Each such exchange lets the running
 * thread run on, so the chain of equal executions ends at one that is kept
 * (sleep sets, Godefroid, 1996, in the form that a preemption bound admits).
 *
 * A step is a visible operation and what follows it up to the next one.  Plain
 * accesses need no entry: if unordered they are a race, and reported in either
 * order.  Ghost counters and mc_step do.
 */
#include "kernel.h"

static bool
conflict(const struct touch *a, const struct touch *b)
{
    int kind = a->kind | b->kind;

    if (kind & TOUCH_ALL)
        return true;
    if (kind & TOUCH_SC_FENCE && a->kind & (TOUCH_SC | TOUCH_SC_FENCE) &&
        b->kind & (TOUCH_SC | TOUCH_SC_FENCE))
        return true;
    return kind & TOUCH_WRITE && a->addr < b->addr + b->size &&
           b->addr < a->addr + a->size;
}

void
mc_touch_by(int thread, const volatile void *p, size_t size, int kind)
{
    struct thread *t = &K->th[thread];
    struct touch *e = &K->log[K->n_log];

    if (!K->live || K->mode != SEARCH_TREE || !K->reduce)
        return;
    if (K->n_log + 1 == LOG) { /* too long to tell: keep it */
        for (int i = 1; i <= K->n_threads; i++)
            K->th[i].away = K->th[i].checking = false;
        return;
    }
    K->n_log++;
    *e = (struct touch){ (uintptr_t)p, (uint16_t)size, (uint8_t)kind,
                         (uint8_t)thread };
    for (uint32_t i = t->away_from; t->checking && i < t->away_until; i++)
        if (K->log[i].thread != thread && conflict(e, &K->log[i]))
            t->checking = false;
}

void
mc_touch(const volatile void *p, size_t size, int kind)
{
    mc_touch_by(K->cur, p, size, kind);
}

void
mc_away(struct thread *t)
{
    t->away = true;
    t->away_from = K->n_log;
}

void
mc_back(struct thread *t)
{
    if (!t->away)
        return;
    t->away = false;
    t->checking = K->mode == SEARCH_TREE && K->reduce;
    t->away_until = K->n_log;
}

void
mc_boundary(void)
{
    if (unlikely(K->th[K->cur].checking))
        mc_abandon();
}
