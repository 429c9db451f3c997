/* SPDX-License-Identifier: MIT */
/*
 * weir/cpu.h - what weir needs to know about a CPU.
 *
 * The one public file that asks which CPU it is compiled for; each answer is
 * one small header, arch/<cpu>/cpu.h, with the contract of docs/porting.md:
 *
 *     WEIR_CACHE_LINE   bytes that move between cores together
 *     WEIR_SEPARATION   bytes between words that different cores write; a
 *                       multiple of WEIR_CACHE_LINE, larger where a
 *                       prefetcher pulls lines in pairs
 *     weir_cpu_relax()  one short pause inside a polling loop
 *     weir_cpu_cycles() a constant-rate counter, monotonic on one CPU
 *     weir_cpu_prefetch_write(p)  fetch the line of p for writing; a hint
 */
#ifndef WEIR_CPU_H
#define WEIR_CPU_H

#include <stdint.h>

#if defined(WEIR_CPU_GENERIC)
#include <weir/arch/generic/cpu.h>
#elif defined(__x86_64__)
#include <weir/arch/x86_64/cpu.h>
#elif defined(__aarch64__)
#include <weir/arch/aarch64/cpu.h>
#elif defined(__riscv) && __riscv_xlen == 64
#include <weir/arch/riscv64/cpu.h>
#else
#include <weir/arch/generic/cpu.h>
#endif

#endif
