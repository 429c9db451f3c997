/* SPDX-License-Identifier: MIT */
/*
 * model/sys_model.c - park/sys.h on the checker's kernel.
 *
 * Time moves only by looking at it, in steps beyond any spin's budget, so a
 * polling loop looks once and goes on; a sleeper's time-out is a choice of
 * the scheduler, not of the clock.
 */
#include "kernel.h"

#include "mc.h"
#include "park/sys.h"

#define FDS 4

int
wr_sys_futex_wait(WEIR_ATOMIC(uint32_t) *word, uint32_t expected,
                  int64_t deadline_ns)
{
    switch (mc_futex_wait(word, expected, deadline_ns,
                          __builtin_return_address(0))) {
    case MC_DIFFERS:
        return WEIR_AGAIN;
    case MC_TIMED_OUT:
        return WEIR_TIMEOUT;
    default:
        return 0;
    }
}

void
wr_sys_futex_wake(WEIR_ATOMIC(uint32_t) *word, int count)
{
    mc_futex_wake(word, count, __builtin_return_address(0));
}

int64_t
wr_sys_now_ns(void)
{
    return K->now.now_ns += 10000000;
}

void
wr_sys_yield(void)
{
    mc_yield();
}

void
wr_sys_nap(int64_t ns)
{
    K->now.now_ns += ns;
    mc_yield();
}

unsigned
wr_sys_cpus(void)
{
    return 2;
}

void *
wr_sys_alloc(size_t bytes)
{
    return mc_heap_alloc(bytes, __builtin_return_address(0));
}

void
wr_sys_free(void *mem)
{
    mc_heap_free(mem, __builtin_return_address(0));
}

void *
wr_sys_map(size_t bytes)
{
    return mc_map(bytes);
}

/* Eventfds: readable or not.  They order nothing, as futexes. */
static struct {
    bool is_open;
    WEIR_ATOMIC(uint32_t) readable;
} eventfds[FDS];

int
wr_sys_eventfd_open(void)
{
    int fd = 0;

    while (fd < FDS && eventfds[fd].is_open)
        fd++;
    if (fd == FDS)
        return -1;
    eventfds[fd].is_open = true;
    weir_store_rlx(&eventfds[fd].readable, 0);
    return fd;
}

void
wr_sys_eventfd_write(int fd)
{
    (void)weir_xchg_rlx(&eventfds[fd].readable, 1);
    mc_assert(eventfds[fd].is_open);
    mc_futex_wake(&eventfds[fd].readable, FDS, __builtin_return_address(0));
}

void
wr_sys_eventfd_clear(int fd)
{
    (void)weir_xchg_rlx(&eventfds[fd].readable, 0);
    mc_assert(eventfds[fd].is_open);
}

void
wr_sys_fd_close(int fd)
{
    (void)weir_xchg_rlx(&eventfds[fd].readable, 0);
    mc_assert(eventfds[fd].is_open);
    eventfds[fd].is_open = false;
}

void
mc_fd_wait(int fd)
{
    while (mc_futex_wait(&eventfds[fd].readable, 0, WR_NEVER,
                         __builtin_return_address(0)) != MC_DIFFERS)
        ;
}

void
wr_sys_at_thread_exit(struct wr_thread *self)
{
    (void)self;
    K->th[K->cur].exit_hook = true;
}

static bool refused;

void
mc_refuse_heavy(bool refuse)
{
    refused = refuse;
}

bool
wr_sys_has_heavy(void)
{
    return !refused;
}

static void
fence_of(int thread)
{
    mc_point();
    mc_touch(NULL, 0, TOUCH_ALL);
    mc_join_sc(&K->th[thread]);
}

/* Each thread passes a fence at some step of its own within the call.  It
 * orders, and makes nothing happen before anything: less than the kernel's. */
bool
wr_sys_fence_heavy(void)
{
    const int self = K->cur;

    if (refused)
        return false;
    if (!K->live)
        return true;
    fence_of(self);
    for (int i = 1; i <= K->n_threads; i++)
        if (i != self)
            fence_of(i);
    fence_of(self);
    return true;
}

uint64_t
wr_sys_cycles(void)
{
    return mc_cycles();
}

uint64_t
wr_sys_cycles_of_ns(uint64_t ns)
{
    return ns;
}

struct wr_thread *
wr_sys_self(void)
{
    return (struct wr_thread *)(void *)K->self[K->cur];
}
