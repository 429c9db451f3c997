/* SPDX-License-Identifier: MIT */
/*
 * model/base_panic.c - the panic hook finds what was done before it was set.
 *
 *     T1                                T2
 *     ready = 1
 *     set_panic_hook(second)  panic.hook ->  panics: calls first or second
 */
#include "mc.h"

#include "base/base.h"

#include <setjmp.h>

static int ready; /* plain */
static jmp_buf out;

static void
first(const char *line)
{
    (void)line;
    longjmp(out, 1);
}

static void
second(const char *line)
{
    (void)line;
    mc_assert(ready == 1);
    longjmp(out, 2);
}

static void
set_first(void)
{
    weir_set_panic_hook(first);
}

static void
set_second(void)
{
    ready = 1;
    weir_set_panic_hook(second);
}

static void
panics(void)
{
    const int by = setjmp(out);

    if (by == 0)
        wr_panic("model", "expected");
    mc_outcome((uint64_t)by);
}

static const uint64_t either[] = { 1, 2 };

MC_SCENARIO(panic_hook, .setup = set_first, .threads = { set_second, panics },
            .allowed = either, .n_allowed = 2);
