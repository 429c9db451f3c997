/* SPDX-License-Identifier: MIT */
/* base/base.c - status texts, and the end of a program that broke a rule. */
#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

static WEIR_ATOMIC(weir_panic_hook *) panic_hook;

const char *
weir_strerror(int status)
{
    switch (status) {
    case WEIR_OK:
        return "success";
    case WEIR_CLOSED:
        return "channel closed";
    case WEIR_AGAIN:
        return "would block";
    case WEIR_TIMEOUT:
        return "timed out";
    case WEIR_DEADLINE:
        return "context deadline exceeded";
    case WEIR_CANCELED:
        return "context canceled";
    case WEIR_NOMEM:
        return "out of memory";
    default:
        return "unknown status";
    }
}

void
weir_set_panic_hook(weir_panic_hook *hook)
{
    /* order(panic.hook) REL: what the hook needs is ready, see wr_panic(). */
    weir_store_rel(&panic_hook, hook);
}

_Noreturn void
wr_panic(const char *noun, const char *what)
{
    char line[160];
    weir_panic_hook *hook;

    (void)snprintf(line, sizeof(line), "weir: %s: %s", noun, what);
    /* order(panic.hook) ACQ: see weir_set_panic_hook(). */
    hook = weir_load_acq(&panic_hook);
    if (hook != NULL)
        hook(line);
    else
        (void)fprintf(stderr, "%s\n", line);
    abort();
}
