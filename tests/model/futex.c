/* SPDX-License-Identifier: MIT */
/*
 * model/futex.c - futex wait and wake.
 *
 * As Linux: comparing the word and falling asleep is one step under the
 * kernel's lock, so the wait sees the newest store.  Neither call orders
 * anything for the C11 program: no happens-before comes from a wake.
 */
#include "kernel.h"

#include <stdio.h>

static struct wake_site *
wake_site(void *pc)
{
    struct wake_site *w = K->wake;
    const char *slash;
    size_t n;

    for (; w < K->wake + K->n_wakes; w++)
        if (w->pc == pc)
            return w;
    if (K->n_wakes == WAKES)
        mc_fail(MC_LIMIT, "too many places that wake");
    K->n_wakes++;
    w->pc = pc;
    mc_symbol(pc, w->where, sizeof(w->where));
    if (K->skip_wake) {
        slash = strrchr(K->skip_wake, '/');
        slash = slash ? slash + 1 : K->skip_wake;
        n = strlen(slash);
        w->skip = !strncmp(w->where, slash, n) &&
                  (w->where[n] == 0 || w->where[n] == ' ');
    }
    return w;
}

int
mc_futex_wait(volatile uint32_t *word, uint32_t expected, int64_t deadline,
              void *pc)
{
    struct thread *t;
    struct event *e;

    if (K->live)
        mc_point();
    mc_touch(word, 4, TOUCH_READ);
    mc_read_newest(word, 4);
    if (K->tracing) {
        e = mc_event(EV_WAIT, word, 4, pc);
        e->value = *word;
        e->value2 = expected;
    }
    if (*word != expected)
        return MC_DIFFERS;
    if (!K->live)
        mc_fail(MC_DEADLOCK, "set-up or check sleeps for ever");
    mc_boundary();
    t = &K->th[K->cur];
    t->state = BLOCKED;
    t->stays = 0;
    t->word = (void *)(uintptr_t)word;
    t->deadline = deadline;
    mc_leave();
    if (K->tracing)
        mc_event(EV_WAIT_END, word, 4, pc)->value = (uint64_t)t->wake_result;
    return t->wake_result;
}

/* One sleeper of `word`, chosen among all: any subset, any order. */
static bool
wake_one(volatile uint32_t *word)
{
    int who[THREADS], n = 0;
    struct thread *t;

    for (int i = 1; i <= K->n_threads; i++)
        if (K->th[i].state == BLOCKED &&
            K->th[i].word == (void *)(uintptr_t)word)
            who[n++] = i;
    if (n == 0)
        return false;
    t = &K->th[who[mc_pick(n)]];
    t->state = RUN;
    t->word = NULL;
    t->wake_result = MC_WOKEN;
    /* Its time was out already, it had just not run yet. */
    if (t->deadline != INT64_MAX && K->used.timeouts < K->max.timeouts &&
        mc_pick(2)) {
        K->used.timeouts++;
        t->wake_result = MC_TIMED_OUT;
        if (K->now.now_ns < t->deadline)
            K->now.now_ns = t->deadline;
        return wake_one(word); /* the wake goes to another */
    }
    return true;
}

void
mc_futex_wake(volatile uint32_t *word, int count, void *pc)
{
    int woken = 0;
    struct event *e = NULL;

    if (K->live)
        mc_point();
    mc_touch(word, 4, TOUCH_WRITE);
    if (K->tracing) {
        e = mc_event(EV_WAKE, word, 4, pc);
        e->value = (uint64_t)count;
    }
    if (K->wake_sites || K->skip_wake) {
        struct wake_site *w = wake_site(pc);

        w->count++;
        if (w->skip)
            return;
    }
    mc_stored();
    if (K->live)
        while (woken < count && wake_one(word))
            woken++;
    if (e)
        e->value2 = (uint64_t)woken;
}
