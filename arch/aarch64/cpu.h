/* SPDX-License-Identifier: MIT */
/* arch/aarch64/cpu.h - the contract of <weir/cpu.h> for 64-bit Arm. */
#ifndef WEIR_ARCH_CPU_H
#define WEIR_ARCH_CPU_H

#define WEIR_CACHE_LINE 64
#define WEIR_SEPARATION 128 /* Apple and some servers have 128-byte lines */

static inline void
weir_cpu_relax(void)
{
    /* YIELD is a no-op on current cores (0.4 ns on Graviton2); ISB stalls
     * the pipeline for about 13 ns, which is what a pause is for. */
    __asm__ volatile("isb" : : : "memory");
}

static inline uint64_t
weir_cpu_cycles(void)
{
    uint64_t t;

    __asm__ volatile("mrs %0, cntvct_el0" : "=r"(t));
    return t;
}

static inline void
weir_cpu_prefetch_write(const void *p)
{
    __builtin_prefetch(p, 1, 3);
}

#endif
