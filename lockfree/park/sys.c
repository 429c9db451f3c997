/* SPDX-License-Identifier: MIT */
/*
 * park/sys.c - the seam to Linux: futex, clock, threads, memory.
 *
 * The only file of libweir that makes system calls or knows pthreads.  A
 * futex wait is FUTEX_WAIT_BITSET, whose deadline is absolute, so that a wait
 * that is interrupted and resumed does not drift.
 */
#include "park/thread.h"

#include <errno.h>
#include <linux/futex.h>
#include <linux/membarrier.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000
#define CALIBRATION_NS 20000 /* 0.3 % off with a clock that costs 30 ns */
#define CALIBRATION_READINGS 5

/* TLS of the executable's own block: no call into the dynamic loader. */
__thread struct wr_thread wr_sys_self_block;

static pthread_key_t exit_key;
static uint64_t cycles_per_us = 1000; /* set once, before main */
static bool has_heavy;                /* the same */
static WEIR_ATOMIC(unsigned) cpus;    /* 0: not asked yet */

static struct timespec
timespec_of_ns(int64_t ns)
{
    struct timespec ts = { ns / NS_PER_S, ns % NS_PER_S };

    return ts;
}

/* The raw system call leaves its error in errno; the caller's is restored, so
 * that a task never meets an errno that it did not cause. */
static long
futex(WEIR_ATOMIC(uint32_t) *word, int op, uint32_t val,
      const struct timespec *deadline)
{
    const int kept = errno;
    long rc = syscall(SYS_futex, word, op | FUTEX_PRIVATE_FLAG, val, deadline,
                      NULL, FUTEX_BITSET_MATCH_ANY);

    if (rc < 0)
        rc = -errno;
    errno = kept;
    return rc;
}

int
wr_sys_futex_wait(WEIR_ATOMIC(uint32_t) *word, uint32_t expected,
                  int64_t deadline_ns)
{
    struct timespec ts;
    const struct timespec *deadline = NULL;
    long rc;

    if (deadline_ns != WR_NEVER) {
        ts = timespec_of_ns(deadline_ns < 0 ? 0 : deadline_ns);
        deadline = &ts;
    }
    rc = futex(word, FUTEX_WAIT_BITSET, expected, deadline);
    if (rc == -ETIMEDOUT)
        return WEIR_TIMEOUT;
    return rc == -EAGAIN ? WEIR_AGAIN : 0;
}

void
wr_sys_futex_wake(WEIR_ATOMIC(uint32_t) *word, int count)
{
    (void)futex(word, FUTEX_WAKE_BITSET, (uint32_t)count, NULL);
}

int64_t
wr_sys_now_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * NS_PER_S + now.tv_nsec;
}

void
wr_sys_yield(void)
{
    (void)sched_yield();
}

void
wr_sys_nap(int64_t ns)
{
    const int kept = errno;
    struct timespec ts = timespec_of_ns(ns);

    /* Not nanosleep(): that is a cancellation point. */
    (void)syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC, 0, &ts, NULL);
    errno = kept;
}

unsigned
wr_sys_cpus(void)
{
    unsigned n = weir_load_rlx(&cpus);

    if (n == 0) {
        cpu_set_t set;
        int count = 0;

        if (sched_getaffinity(0, sizeof(set), &set) == 0)
            count = CPU_COUNT(&set);
        n = count > 0 ? (unsigned)count : 2; /* more than fit in the set */
        weir_store_rlx(&cpus, n);
    }
    return n;
}

void *
wr_sys_alloc(size_t bytes)
{
    const int kept = errno;
    void *mem = malloc(bytes);

    /* clang believes that malloc leaves errno alone, and drops the store. */
    __asm__ volatile("" ::: "memory");
    errno = kept;
    return mem;
}

void
wr_sys_free(void *mem)
{
    free(mem);
}

void *
wr_sys_map(size_t bytes)
{
    const int kept = errno;
    void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    errno = kept;
    return mem == MAP_FAILED ? NULL : mem;
}

/* Raw, all four: write(), read() and close() are cancellation points. */
int
wr_sys_eventfd_open(void)
{
    const int kept = errno;
    const long fd = syscall(SYS_eventfd2, 0, EFD_CLOEXEC | EFD_NONBLOCK);

    errno = kept;
    return (int)fd;
}

void
wr_sys_eventfd_write(int fd)
{
    const int kept = errno;
    const uint64_t one = 1;

    /* It fails only if the count is full, and then the fd is readable. */
    (void)syscall(SYS_write, fd, &one, sizeof(one));
    errno = kept;
}

void
wr_sys_eventfd_clear(int fd)
{
    const int kept = errno;
    uint64_t count;

    (void)syscall(SYS_read, fd, &count, sizeof(count));
    errno = kept;
}

void
wr_sys_fd_close(int fd)
{
    const int kept = errno;

    (void)syscall(SYS_close, fd);
    errno = kept;
}

static bool
membarrier(int command)
{
    const int kept = errno;
    const bool done = syscall(SYS_membarrier, command, 0, 0) == 0;

    errno = kept;
    return done;
}

/* Cheap where the process has one thread: the kernel then waits for nobody. */
static bool
heavy_register(void)
{
    return membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) &&
           membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

bool
wr_sys_has_heavy(void)
{
    return has_heavy;
}

bool
wr_sys_fence_heavy(void)
{
    /* A process that was restored from a checkpoint has to register again. */
    return has_heavy &&
           (membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED) || heavy_register());
}

uint64_t
wr_sys_cycles(void)
{
    return weir_cpu_cycles();
}

uint64_t
wr_sys_cycles_of_ns(uint64_t ns)
{
    return ns * cycles_per_us / 1000;
}

WR_NOINLINE struct wr_thread *
wr_sys_self(void)
{
    return &wr_sys_self_block;
}

static void
run_thread_exit(void *self)
{
    wr_thread_exit(self);
}

void
wr_sys_at_thread_exit(struct wr_thread *self)
{
    (void)pthread_setspecific(exit_key, self);
}

static void
fork_child(void)
{
    /* Asked anew: a child often binds itself.  Limit: if the first thread that
     * asks is bound to one CPU, nobody in this child spins. */
    weir_store_rlx(&cpus, 0);
    has_heavy = has_heavy && heavy_register();
    wr_waiter_after_fork();
}

/* The clock and the counter at one moment.  Of several readings the closest
 * pair: a preemption or the first call would be calibrated in. */
struct moment {
    int64_t ns;
    uint64_t cycles;
};

static struct moment
moment_now(void)
{
    struct moment closest = { 0, 0 };
    uint64_t gap = UINT64_MAX;

    for (int i = 0; i < CALIBRATION_READINGS; i++) {
        const uint64_t before = weir_cpu_cycles();
        const int64_t ns = wr_sys_now_ns();
        const uint64_t after = weir_cpu_cycles();

        if (after - before < gap) {
            gap = after - before;
            closest.ns = ns;
            closest.cycles = before + gap / 2;
        }
    }
    return closest;
}

__attribute__((constructor)) static void
sys_start(void)
{
    struct moment start;
    struct moment end;

    /* Now: a thread that asked later might be bound to one CPU, and nobody
     * would ever spin again. */
    (void)wr_sys_cpus();
    has_heavy = heavy_register();
    (void)pthread_key_create(&exit_key, run_thread_exit);
    (void)pthread_atfork(NULL, NULL, fork_child);
    start = moment_now();
    do
        end = moment_now();
    while (end.ns - start.ns < CALIBRATION_NS);
    cycles_per_us =
        (end.cycles - start.cycles) * 1000 / (uint64_t)(end.ns - start.ns);
    if (cycles_per_us == 0)
        cycles_per_us = 1;
}
