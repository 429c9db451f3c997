/* SPDX-License-Identifier: MIT */
/*
 * park/sys.h - the operating system's half of the seam.
 *
 * Everything that libweir asks of Linux or libc is one of these; sys.c is
 * the real one, tests/model has the explorer's.  A port touches arch/ and
 * sys.c.  Nothing here sets errno for the caller or is a cancellation point.
 */
#ifndef WR_PARK_SYS_H
#define WR_PARK_SYS_H

#include "base/base.h"

#define WR_NEVER INT64_MAX

/* Sleep while *word == expected, until a wake or CLOCK_MONOTONIC deadline_ns.
 * 0: woken, or for no reason (the caller looks at its word again);
 * WEIR_AGAIN: *word differed; WEIR_TIMEOUT. */
int wr_sys_futex_wait(WEIR_ATOMIC(uint32_t) *word, uint32_t expected,
                      int64_t deadline_ns);

/* Wake up to `count` sleepers on `word`.  Uses the address only: the memory
 * may have been freed, or be something else by now. */
void wr_sys_futex_wake(WEIR_ATOMIC(uint32_t) *word, int count);

int64_t wr_sys_now_ns(void); /* CLOCK_MONOTONIC */
void wr_sys_yield(void);     /* give the CPU to another runnable thread */
void wr_sys_nap(int64_t ns); /* sleep, bounded: only for a wait that polls */
unsigned wr_sys_cpus(void);  /* CPUs that this process may run on, >= 1 */

void *wr_sys_alloc(size_t bytes); /* 16-byte aligned, or NULL */
void wr_sys_free(void *mem);
/* Zeroed memory, page aligned, that lives as long as the process; or NULL. */
void *wr_sys_map(size_t bytes);

/* A descriptor that polls readable from a write on until it is cleared; or -1.
 * A write never blocks. */
int wr_sys_eventfd_open(void);
void wr_sys_eventfd_write(int fd);
void wr_sys_eventfd_clear(int fd);
void wr_sys_fd_close(int fd);

/* The two sides of an asymmetric fence.  A light one costs nothing and stands
 * between a store and a load; against a heavy one of another thread it is a
 * full fence.  wr_sys_fence_heavy: false if the kernel refuses, which it does
 * always or never (wr_sys_has_heavy), unless the program forbids it later. */
static inline void
wr_sys_fence_light(void)
{
    __asm__ volatile("" ::: "memory");
}
bool wr_sys_fence_heavy(void);
bool wr_sys_has_heavy(void);

/* The counter behind every spin budget, and its rate (calibrated once). */
uint64_t wr_sys_cycles(void);
uint64_t wr_sys_cycles_of_ns(uint64_t ns);

struct wr_thread; /* park/thread.h */
/* The calling thread's own block.  Out of line on purpose: a task may resume on
 * another thread, so its address must not be kept across a park. */
struct wr_thread *wr_sys_self(void);

/* The same without a call, for a path on which nothing can park. */
#if defined(WEIR_ATOMIC_BACKEND)
#define wr_sys_self_here wr_sys_self
#else
extern __thread struct wr_thread wr_sys_self_block
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

static inline struct wr_thread *
wr_sys_self_here(void)
{
    return &wr_sys_self_block;
}
#endif

/* Call wr_thread_exit(self) when the calling thread ends, also if it is called
 * again from a later destructor of the same thread. */
void wr_sys_at_thread_exit(struct wr_thread *self);

#endif
