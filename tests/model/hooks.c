/* SPDX-License-Identifier: MIT */
/*
 * model/hooks.c - plain accesses, as gcc's -fsanitize=thread reports them.
 *
 * The library and the scenarios are compiled with the instrumentation and
 * linked without libtsan.  Its atomic hooks are missing on purpose: an atomic
 * access that does not go through the seam fails to link.
 */
#include "kernel.h"

#define HOOK(name, n, write)                                                   \
    void name(void *p);                                                        \
    void name(void *p)                                                         \
    {                                                                          \
        mc_plain(p, n, write, __builtin_return_address(0));                    \
    }

HOOK(__tsan_read1, 1, false)
HOOK(__tsan_read2, 2, false)
HOOK(__tsan_read4, 4, false)
HOOK(__tsan_read8, 8, false)
HOOK(__tsan_read16, 16, false)
HOOK(__tsan_unaligned_read2, 2, false)
HOOK(__tsan_unaligned_read4, 4, false)
HOOK(__tsan_unaligned_read8, 8, false)
HOOK(__tsan_unaligned_read16, 16, false)
HOOK(__tsan_write1, 1, true)
HOOK(__tsan_write2, 2, true)
HOOK(__tsan_write4, 4, true)
HOOK(__tsan_write8, 8, true)
HOOK(__tsan_write16, 16, true)
HOOK(__tsan_unaligned_write2, 2, true)
HOOK(__tsan_unaligned_write4, 4, true)
HOOK(__tsan_unaligned_write8, 8, true)
HOOK(__tsan_unaligned_write16, 16, true)
HOOK(__tsan_vptr_read, 8, false)

void __tsan_init(void);
void __tsan_func_entry(void *pc);
void __tsan_func_exit(void);
void __tsan_vptr_update(void *p, void *v);
void __tsan_read_range(void *p, size_t n);
void __tsan_write_range(void *p, size_t n);

void
__tsan_init(void)
{
}

void
__tsan_func_entry(void *pc)
{
    (void)pc;
}

void
__tsan_func_exit(void)
{
}

void
__tsan_vptr_update(void *p, void *v)
{
    (void)v;
    mc_plain(p, 8, true, __builtin_return_address(0));
}

void
__tsan_read_range(void *p, size_t n)
{
    mc_plain(p, n, false, __builtin_return_address(0));
}

void
__tsan_write_range(void *p, size_t n)
{
    mc_plain(p, n, true, __builtin_return_address(0));
}

/* model_cflags rename the calls: gcc instruments assignments, not calls. */
void *mc_memcpy(void *dst, const void *src, size_t n);
void *mc_memmove(void *dst, const void *src, size_t n);
void *mc_memset(void *dst, int c, size_t n);
int mc_memcmp(const void *a, const void *b, size_t n);

void *
mc_memcpy(void *dst, const void *src, size_t n)
{
    void *pc = __builtin_return_address(0);

    mc_plain(src, n, false, pc);
    mc_plain(dst, n, true, pc);
    return memcpy(dst, src, n);
}

void *
mc_memmove(void *dst, const void *src, size_t n)
{
    void *pc = __builtin_return_address(0);

    mc_plain(src, n, false, pc);
    mc_plain(dst, n, true, pc);
    return memmove(dst, src, n);
}

void *
mc_memset(void *dst, int c, size_t n)
{
    mc_plain(dst, n, true, __builtin_return_address(0));
    return memset(dst, c, n);
}

int
mc_memcmp(const void *a, const void *b, size_t n)
{
    void *pc = __builtin_return_address(0);

    mc_plain(a, n, false, pc);
    mc_plain(b, n, false, pc);
    return memcmp(a, b, n);
}
