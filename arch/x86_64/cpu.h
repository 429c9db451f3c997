/* SPDX-License-Identifier: MIT */
/* arch/x86_64/cpu.h - the contract of <weir/cpu.h> for x86-64. */
#ifndef WEIR_ARCH_CPU_H
#define WEIR_ARCH_CPU_H

#define WEIR_CACHE_LINE 64
#define WEIR_SEPARATION 128 /* the adjacent-line prefetcher pulls pairs */

static inline void
weir_cpu_relax(void)
{
    __builtin_ia32_pause();
}

static inline uint64_t
weir_cpu_cycles(void)
{
    return __builtin_ia32_rdtsc();
}

static inline void
weir_cpu_prefetch_write(const void *p)
{
    /* PREFETCHW by its bytes: it is a no-op where the CPU lacks it, but
     * __builtin_prefetch(p, 1) becomes a read prefetch in a baseline build. */
    __asm__ volatile("prefetchw %0" : : "m"(*(const char *)p));
}

#endif
