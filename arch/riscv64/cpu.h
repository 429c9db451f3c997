/* SPDX-License-Identifier: MIT */
/* arch/riscv64/cpu.h - the contract of <weir/cpu.h> for 64-bit RISC-V. */
#ifndef WEIR_ARCH_CPU_H
#define WEIR_ARCH_CPU_H

#define WEIR_CACHE_LINE 64
#define WEIR_SEPARATION 128

static inline void
weir_cpu_relax(void)
{
    /* PAUSE of Zihintpause, by its bits: a FENCE hint elsewhere. */
    __asm__ volatile(".4byte 0x0100000f" : : : "memory");
}

static inline uint64_t
weir_cpu_cycles(void)
{
    uint64_t t;

    /* Not rdcycle: Linux forbids it to user space from 6.6 on. */
    __asm__ volatile("rdtime %0" : "=r"(t));
    return t;
}

static inline void
weir_cpu_prefetch_write(const void *p)
{
    __builtin_prefetch(p, 1, 3);
}

#endif
