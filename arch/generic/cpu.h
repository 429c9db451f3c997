/* SPDX-License-Identifier: MIT */
/* arch/generic/cpu.h - the contract of <weir/cpu.h> for any CPU. */
#ifndef WEIR_ARCH_CPU_H
#define WEIR_ARCH_CPU_H

#include <time.h>

#define WEIR_CACHE_LINE 64
#define WEIR_SEPARATION 128

static inline void
weir_cpu_relax(void)
{
    __asm__ volatile("" : : : "memory");
}

static inline uint64_t
weir_cpu_cycles(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static inline void
weir_cpu_prefetch_write(const void *p)
{
    __builtin_prefetch(p, 1, 3);
}

#endif
