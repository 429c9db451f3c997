/* SPDX-License-Identifier: MIT */
/*
 * model/sched.c - fibers, scheduling points, and one execution.
 *
 * A point asks which thread does the next step.  Staying is free; leaving a
 * thread that could go on is a preemption and is bounded (Musuvathi, Qadeer,
 * PLDI 2007).  A sleeper with a deadline is a candidate too: it times out.  So
 * is, within its bound, one that wakes for no reason.
 */
#include "kernel.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { BY_TIMEOUT = 16, SPURIOUS = 32, ID = 15, IDLE_LIMIT = 400, STAYS = 4 };

void mc_switch(void **save, void *to);
__asm__(".text\n"
        ".type mc_switch,@function\n"
        "mc_switch:\n"
        "    push %rbp\n"
        "    push %rbx\n"
        "    push %r12\n"
        "    push %r13\n"
        "    push %r14\n"
        "    push %r15\n"
        "    mov %rsp, (%rdi)\n"
        "    mov %rsi, %rsp\n"
        "    pop %r15\n"
        "    pop %r14\n"
        "    pop %r13\n"
        "    pop %r12\n"
        "    pop %rbx\n"
        "    pop %rbp\n"
        "    ret\n"
        ".size mc_switch, .-mc_switch\n");

void
mc_fail(enum mc_bug bug, const char *format, ...)
{
    void *dead;
    va_list ap;

    va_start(ap, format);
    vsnprintf(K->why, sizeof(K->why), format, ap);
    va_end(ap);
    K->bug = bug;
    mc_switch(&dead, K->main_sp);
    __builtin_unreachable();
}

__attribute__((noreturn)) void
mc_abandon(void)
{
    void *dead;

    K->pruned = true;
    mc_switch(&dead, K->main_sp);
    __builtin_unreachable();
}

static void
resume(int next)
{
    int me = K->cur;
    struct thread *t = &K->th[next & ID];

    if (next & (BY_TIMEOUT | SPURIOUS)) {
        mc_touch_by(next & ID, t->word, 4, TOUCH_WRITE);
        t->state = RUN;
        t->word = NULL;
        t->wake_result = next & SPURIOUS ? MC_WOKEN : MC_TIMED_OUT;
        if (next & BY_TIMEOUT && K->now.now_ns < t->deadline)
            K->now.now_ns = t->deadline;
        for (int i = 1; i <= K->n_threads; i++)
            K->th[i].yielded = false; /* time has passed: pollers look again */
    }
    if ((next & ID) == me)
        return;
    K->cur = next & ID;
    mc_switch(&K->th[me].sp, t->sp);
}

static int
add_sleepers(uint8_t *cand, int n, bool due)
{
    for (int i = 1; i <= K->n_threads; i++) {
        const struct thread *t = &K->th[i];

        if (t->state != BLOCKED)
            continue;
        if (t->deadline != INT64_MAX &&
            (due || K->used.timeouts < K->max.timeouts))
            cand[n++] = (uint8_t)(i | BY_TIMEOUT);
        if (!due && K->used.spurious < K->max.spurious)
            cand[n++] = (uint8_t)(i | SPURIOUS);
    }
    return n;
}

static int
add_runnable(uint8_t *cand, int n, bool yielded)
{
    for (int i = 1; i <= K->n_threads; i++)
        if (K->th[i].state == RUN && K->th[i].yielded == yielded &&
            !(n && cand[0] == i))
            cand[n++] = (uint8_t)i;
    return n;
}

/* All poll: those that have polled least, so that none is left out. */
static int
add_pollers(uint8_t *cand)
{
    unsigned least = UINT32_MAX;
    int n = 0;

    for (int i = 1; i <= K->n_threads; i++)
        if (K->th[i].state == RUN && K->th[i].polls < least)
            least = K->th[i].polls;
    for (int i = 1; i <= K->n_threads; i++)
        if (K->th[i].state == RUN && K->th[i].polls == least)
            cand[n++] = (uint8_t)i;
    return n;
}

static bool
anybody_due(void)
{
    for (int i = 1; i <= K->n_threads; i++)
        if (K->th[i].state == BLOCKED && K->th[i].deadline != INT64_MAX)
            return true;
    return false;
}

__attribute__((noinline, noreturn)) static void
deadlock(void)
{
    int sleeping = 0;

    for (int i = 1; i <= K->n_threads; i++)
        if (K->th[i].state == BLOCKED)
            sleeping = i;
    mc_fail(MC_DEADLOCK, "lost wake-up: nobody can run and T%d sleeps",
            sleeping);
}

/* The current thread cannot go on (blocked, done, or it yields). */
void
mc_leave(void)
{
    uint8_t cand[4 * THREADS];
    int n = add_runnable(cand, 0, false);
    int pick;
    bool idle = K->idle > 8u * (unsigned)K->n_threads;

    if (n == 0 || idle) {
        if (anybody_due()) {
            n = add_sleepers(cand, 0, true);
            K->idle = 0;
        } else if (n == 0) {
            n = add_pollers(cand);
            if (n == 0)
                deadlock();
        }
        pick = cand[mc_pick_thread(cand, n, false)];
    } else {
        n = add_sleepers(cand, n, false);
        pick = cand[mc_pick_thread(cand, n, false)];
        K->used.timeouts += (pick & BY_TIMEOUT) != 0;
        K->used.spurious += (pick & SPURIOUS) != 0;
    }
    resume(pick);
}

void
mc_stored(void)
{
    K->idle = 0;
    for (int i = 1; i <= K->n_threads; i++) {
        K->th[i].yielded = false;
        K->th[i].polls = 0;
    }
}

static void
step(void)
{
    K->now.steps++;
    if (unlikely(K->now.steps > K->step_limit))
        mc_fail(MC_LIVELOCK, "more than %u steps", K->step_limit);
}

/* The current thread takes no further step, ever: as if preempted here and not
 * chosen again, but it costs no preemption.  Not the last one: it would be the
 * execution that ended before its step. */
static void
freeze(void)
{
    if (K->used.freezes >= K->max.freezes || K->live < 2 || !mc_pick_rare())
        return;
    K->used.freezes++;
    K->live--;
    K->th[K->cur].state = FROZEN;
    if (K->tracing)
        mc_event(EV_NOTE, NULL, 0, NULL)->text = "frozen";
    K->idle = 0;
    mc_leave();
    __builtin_unreachable();
}

void
mc_point(void)
{
    uint8_t cand[4 * THREADS];
    int n = 1, pick;

    mc_boundary();
    freeze();
    cand[0] = (uint8_t)K->cur;
    if (K->used.preempt < K->max.preempt) {
        n = add_runnable(cand, 1, false);
        n = add_sleepers(cand, n, false);
        if (n > 1) {
            pick = cand[mc_pick_thread(cand, n, true)];
            if (pick != cand[0]) {
                K->used.preempt++;
                K->used.timeouts += (pick & BY_TIMEOUT) != 0;
                K->used.spurious += (pick & SPURIOUS) != 0;
                mc_away(&K->th[K->cur]);
                resume(pick);
                mc_back(&K->th[K->cur]);
            }
        }
    }
    step();
}

/* A poll may end before anybody else has run: one choice for all the yields of
 * a bounded spin, else nobody would sleep while another can run. */
static bool
stays(struct thread *t)
{
    uint8_t cand[4 * THREADS];

    if (t->stays == 0 && K->used.stays < K->max.stays &&
        add_runnable(cand, 0, false) > 1 && mc_pick(2)) {
        K->used.stays++;
        t->stays = STAYS;
    }
    if (t->stays == 0)
        return false;
    t->stays--;
    return true;
}

void
mc_yield(void)
{
    if (!K->live)
        return;
    mc_boundary();
    if (stays(&K->th[K->cur]))
        return;
    if (K->tracing)
        mc_event(EV_YIELD, NULL, 0, NULL);
    if (++K->idle > IDLE_LIMIT)
        mc_fail(MC_LIVELOCK, "%d yields and no store", IDLE_LIMIT);
    if (++K->now.steps > K->step_limit)
        mc_fail(MC_LIVELOCK, "more than %u steps", K->step_limit);
    K->th[K->cur].polls++;
    K->th[K->cur].yielded = true;
    mc_leave();
    K->th[K->cur].yielded = false;
}

void
mc_spin(void)
{
    mc_yield();
}

void
mc_relax(void)
{
    mc_yield();
}

static void
finish(void)
{
    void *dead;

    mc_boundary();
    K->th[K->cur].state = DONE;
    if (K->tracing)
        mc_event(EV_END, NULL, 0, NULL);
    if (--K->live == 0) {
        K->cur = 0;
        mc_switch(&dead, K->th[0].sp);
    }
    K->idle = 0;
    mc_leave();
    __builtin_unreachable();
}

/* Of the library, if it is linked in: its thread destructor. */
void wr_thread_exit(void *self) __attribute__((weak));

static void
thread_main(void)
{
    struct thread *t = &K->th[K->cur];

    t->fn();
    while (t->exit_hook && wr_thread_exit) { /* may be set again meanwhile */
        t->exit_hook = false;
        wr_thread_exit(K->self[K->cur]);
    }
    finish();
}

static void
whole(void)
{
    const struct mc_scenario *s = K->scenario;
    void *dead;

    if (!K->now.after_setup) {
        if (s->setup)
            s->setup();
        if (K->trail_pos == 0 && !K->tracing)
            mc_keep_base();
    }
    K->live = K->n_threads;
    if (K->live) {
        uint8_t cand[THREADS];
        int n = add_runnable(cand, 0, false);

        K->cur = cand[mc_pick_thread(cand, n, false)];
        mc_switch(&K->th[0].sp, K->th[K->cur].sp);
    }
    if (s->check)
        s->check();
    if (!s->leaks_ok)
        mc_check_leaks();
    mc_switch(&dead, K->main_sp);
}

static void
prepare(int i, void (*entry)(void), void (*fn)(void))
{
    struct thread *t = &K->th[i];
    uintptr_t *frame = (uintptr_t *)(void *)K->stack[i];
    size_t top = STACK_BYTES / sizeof(*frame) - 16;

    memset(t, 0, sizeof(*t));
    t->fn = fn;
    t->state = RUN;
    t->deadline = INT64_MAX;
    /* Six registers, the entry, and no return address above it. */
    memset(&frame[top], 0, 8 * sizeof(*frame));
    frame[top + 6] = (uintptr_t)entry;
    t->sp = &frame[top];
    if (i == 0)
        memcpy(K->self[0], K->base_self, SELF_BYTES);
    else
        memset(K->self[i], 0, SELF_BYTES);
}

void
mc_execute(const struct mc_scenario *s)
{
    mc_restore();
    K->scenario = s;
    K->gen++;
    K->n_granules = 0;
    K->n_cells = K->n_stores = 1;
    K->sc_count = 0;
    K->sc_view.v = _mm_setzero_si128();
    K->told_hb.v = K->told_view.v = _mm_setzero_si128();
    K->used = (struct bounds){ 0 };
    K->idle = 0;
    K->trail_pos = 0;
    K->bug = MC_NONE;
    K->bad_addr = 0;
    K->bad_pc = NULL;
    K->n_events = K->n_log = 0;
    K->pruned = false;
    K->cur = K->live = 0;
    K->n_threads = 0;
    prepare(0, whole, NULL);
    while (K->n_threads < MC_MAX_THREADS && s->threads[K->n_threads]) {
        prepare(K->n_threads + 1, thread_main, s->threads[K->n_threads]);
        K->n_threads++;
    }
    K->executing = true;
    mc_switch(&K->main_sp, K->th[0].sp);
    K->executing = false;
    K->executions += !K->pruned;
    K->cut += K->pruned;
    if (K->now.steps > K->longest)
        K->longest = K->now.steps;
}

static void
crashed(int sig)
{
    if (!K->executing) { /* a bug of the checker itself */
        signal(sig, SIG_DFL);
        return;
    }
    mc_fail(MC_CRASH, "signal %d", sig);
}

/* First of all constructors: those of the program may be instrumented. */
__attribute__((constructor(101))) static void
start_kernel(void)
{
    static const int signals[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL };
    struct sigaction act = { .sa_handler = crashed,
                             .sa_flags = SA_NODEFER | SA_ONSTACK };
    stack_t alt = { .ss_size = 64 << 10 };
    void *at =
        mmap(K, sizeof(struct kernel), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE,
             -1, 0);

    if (at != K) {
        fprintf(stderr, "model: the checker's address is taken\n");
        exit(2);
    }
    alt.ss_sp = malloc(alt.ss_size);
    if (!alt.ss_sp || sigaltstack(&alt, NULL))
        exit(2);
    for (unsigned i = 0; i < sizeof(signals) / sizeof(*signals); i++)
        sigaction(signals[i], &act, NULL);
}
