/* SPDX-License-Identifier: MIT */
/* park/fake_sched.c - cooperative tasks; see park/fake_sched.h. */
#include "fake_sched.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <ucontext.h>

#include "fake_fiber.h"
#include "park/thread.h"

enum { TASKS_MAX = 128, STACK_BYTES = 256 * 1024, NS_PER_S = 1000000000 };

enum task_state { TASK_READY, TASK_RUNNING, TASK_PARKED, TASK_ENDED };

struct task {
    struct task *next; /* in the run queue */
    enum task_state state;
    struct wr_waiter *waiter; /* PARKED: where */
    int64_t deadline_ns;
    bool timed_out;
    void (*run)(void *arg);
    void *arg;
    void *stack;
    ucontext_t context;
    struct fake_fiber fiber;
};

static struct {
    pthread_mutex_t lock;
    pthread_cond_t woken;
    struct task *first; /* run queue; under the lock, as states are */
    struct task *last;
    struct task tasks[TASKS_MAX];
    unsigned count;
    unsigned parks;
    unsigned unparks;
    bool spurious;
    bool ended; /* the task that ran last; of the scheduler's thread */
    struct task *current; /* likewise, as is the rest */
    ucontext_t home;
    struct fake_fiber home_fiber;
} sched = { .lock = PTHREAD_MUTEX_INITIALIZER };

static void
must(bool done, const char *what)
{
    if (!done) {
        fprintf(stderr, "fake_sched: %s\n", what);
        abort();
    }
}

static void
make_ready_locked(struct task *task)
{
    task->state = TASK_READY;
    task->next = NULL;
    if (sched.first == NULL)
        sched.first = task;
    else
        sched.last->next = task;
    sched.last = task;
}

/* --- switching ------------------------------------------------------------ */

static void
go_home(struct task *task, int ended)
{
    fake_fiber_leave(&task->fiber, &sched.home_fiber, ended);
    fake_tsan_switch(sched.home_fiber.tsan);
    (void)swapcontext(&task->context, &sched.home);
    fake_fiber_enter(&task->fiber, &sched.home_fiber);
}

static void
task_main(void)
{
    struct task *task = sched.current;

    fake_fiber_enter(&task->fiber, &sched.home_fiber);
    task->run(task->arg);
    (void)pthread_mutex_lock(&sched.lock);
    task->state = TASK_ENDED;
    (void)pthread_mutex_unlock(&sched.lock);
    sched.ended = true;
    go_home(task, 1);
}

static void
go_to(struct task *task)
{
    struct fake_fiber unused;

    sched.current = task;
    sched.ended = false;
    fake_fiber_leave(&sched.home_fiber, &task->fiber, 0);
    fake_tsan_switch(task->fiber.tsan);
    (void)swapcontext(&sched.home, &task->context);
    fake_fiber_enter(&sched.home_fiber, &unused);
    sched.current = NULL;
    if (sched.ended) {
        fake_tsan_destroy(task->fiber.tsan);
        free(task->stack);
        task->stack = NULL;
    }
}

/* --- the parker ----------------------------------------------------------- */

static int
fake_park(struct wr_waiter *w, uint32_t seen, int64_t deadline_ns)
{
    struct task *task = sched.current;

    must(task != NULL, "park outside of a task");
    (void)pthread_mutex_lock(&sched.lock);
    if (weir_load_acq(&w->word) != seen) {
        (void)pthread_mutex_unlock(&sched.lock);
        return 0;
    }
    sched.parks++;
    task->timed_out = false;
    task->waiter = w;
    task->deadline_ns = deadline_ns;
    task->state = TASK_PARKED;
    if (sched.spurious)
        make_ready_locked(task);
    (void)pthread_mutex_unlock(&sched.lock);
    go_home(task, 0);
    return task->timed_out ? WEIR_TIMEOUT : 0;
}

static void
fake_unpark(struct wr_waiter *w)
{
    (void)pthread_mutex_lock(&sched.lock);
    for (unsigned i = 0; i < sched.count; i++) {
        struct task *task = &sched.tasks[i];

        if (task->state == TASK_PARKED && task->waiter == w) {
            sched.unparks++;
            make_ready_locked(task);
        }
    }
    (void)pthread_cond_signal(&sched.woken);
    (void)pthread_mutex_unlock(&sched.lock);
}

static const struct wr_parker fake_parker = { fake_park, fake_unpark, false };

/* --- the scheduler -------------------------------------------------------- */

/* Tasks whose deadline has come are ready.  The earliest one to come. */
static int64_t
expire_locked(void)
{
    const int64_t now_ns = wr_sys_now_ns();
    int64_t earliest = WR_NEVER;

    for (unsigned i = 0; i < sched.count; i++) {
        struct task *task = &sched.tasks[i];

        if (task->state != TASK_PARKED)
            continue;
        if (task->deadline_ns <= now_ns) {
            task->timed_out = true;
            make_ready_locked(task);
        } else if (task->deadline_ns < earliest) {
            earliest = task->deadline_ns;
        }
    }
    return earliest;
}

static unsigned
parked_locked(void)
{
    unsigned parked = 0;

    for (unsigned i = 0; i < sched.count; i++)
        parked += sched.tasks[i].state == TASK_PARKED;
    return parked;
}

/* The next task to run; NULL: *parked is how many are parked, at one moment. */
static struct task *
next_ready(unsigned *parked)
{
    struct task *task;

    (void)pthread_mutex_lock(&sched.lock);
    (void)expire_locked();
    task = sched.first;
    if (task != NULL) {
        sched.first = task->next;
        task->state = TASK_RUNNING;
    } else {
        *parked = parked_locked();
    }
    (void)pthread_mutex_unlock(&sched.lock);
    return task;
}

unsigned
fake_sched_run_ready(void)
{
    struct task *task;
    unsigned parked = 0;

    must(sched.current == NULL, "a task runs the scheduler");
    sched.home_fiber.tsan = fake_tsan_current();
    wr_sys_self()->parker = &fake_parker;
    while ((task = next_ready(&parked)) != NULL)
        go_to(task);
    wr_sys_self()->parker = NULL;
    return parked;
}

static void
await_ready(void)
{
    (void)pthread_mutex_lock(&sched.lock);
    for (;;) {
        const int64_t at_ns = expire_locked();
        const struct timespec ts = { at_ns / NS_PER_S, at_ns % NS_PER_S };

        if (sched.first != NULL)
            break;
        if (at_ns == WR_NEVER)
            (void)pthread_cond_wait(&sched.woken, &sched.lock);
        else
            (void)pthread_cond_timedwait(&sched.woken, &sched.lock, &ts);
    }
    (void)pthread_mutex_unlock(&sched.lock);
}

void
fake_sched_run(void)
{
    while (fake_sched_run_ready() > 0)
        await_ready();
}

void
fake_sched_start(void)
{
    static bool made;
    pthread_condattr_t attr;

    if (!made) {
        (void)pthread_condattr_init(&attr);
        (void)pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
        (void)pthread_cond_init(&sched.woken, &attr);
        made = true;
    }
    (void)pthread_mutex_lock(&sched.lock);
    for (unsigned i = 0; i < sched.count; i++)
        must(sched.tasks[i].state == TASK_ENDED, "a task has not ended");
    sched.count = 0;
    sched.parks = sched.unparks = 0;
    sched.spurious = false;
    (void)pthread_mutex_unlock(&sched.lock);
}

void
fake_task_start(void (*run)(void *arg), void *arg)
{
    struct task *task;

    (void)pthread_mutex_lock(&sched.lock);
    must(sched.count < TASKS_MAX, "too many tasks");
    task = &sched.tasks[sched.count++];
    *task = (struct task){ .run = run, .arg = arg };
    task->stack = malloc(STACK_BYTES);
    must(task->stack != NULL && getcontext(&task->context) == 0, "no stack");
    task->context.uc_stack.ss_sp = task->stack;
    task->context.uc_stack.ss_size = STACK_BYTES;
    makecontext(&task->context, task_main, 0);
    task->fiber.bottom = task->stack;
    task->fiber.bytes = STACK_BYTES;
    task->fiber.tsan = fake_tsan_create();
    make_ready_locked(task);
    (void)pthread_mutex_unlock(&sched.lock);
}

void
fake_task_yield(void)
{
    struct task *task = sched.current;

    (void)pthread_mutex_lock(&sched.lock);
    make_ready_locked(task);
    (void)pthread_mutex_unlock(&sched.lock);
    go_home(task, 0);
}

void
fake_sched_wake_spuriously(bool on)
{
    sched.spurious = on;
}

unsigned
fake_sched_parks(void)
{
    return sched.parks;
}

unsigned
fake_sched_unparks(void)
{
    unsigned unparks;

    (void)pthread_mutex_lock(&sched.lock);
    unparks = sched.unparks;
    (void)pthread_mutex_unlock(&sched.lock);
    return unparks;
}
