/* SPDX-License-Identifier: MIT */
/*
 * model/report.c - what a person reads: traces, sites, names of places.
 *
 * Places in code come from addr2line and variables from nm; where binutils is
 * missing the report has numbers instead.
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern char __executable_start[];

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

const char *
mc_bug_name(enum mc_bug bug)
{
    static const char *const name[] = {
        "none",     "assertion", "data race", "use after free", "free", "leak",
        "deadlock", "livelock",  "panic",     "crash",          "limit"
    };

    return name[bug];
}

/* A position-independent program is not where its file says. */
static uintptr_t
slide(void)
{
    uintptr_t start = (uintptr_t)__executable_start;

    return start > 0x10000000 ? start : 0;
}

static FILE *
tool(const char *command, const char *args)
{
    char exe[512], line[4096];
    ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);

    if (n <= 0)
        return NULL;
    exe[n] = 0;
    snprintf(line, sizeof(line), "%s '%s' %s 2>/dev/null", command, exe, args);
    return popen(line, "r");
}

/* "file.c:12" of a call. */
const char *
mc_symbol(void *pc, char *out, size_t bytes)
{
    char arg[40], line[512] = "";
    FILE *f;

    snprintf(arg, sizeof(arg), "%#lx",
             (unsigned long)((uintptr_t)pc - 1 - slide()));
    f = tool("addr2line -e", arg);
    if (f) {
        if (!fgets(line, sizeof(line), f))
            line[0] = 0;
        pclose(f);
    }
    line[strcspn(line, " \n")] = 0;
    snprintf(out, bytes, "%s",
             line[0] && line[0] != '?' ? base_name(line) : arg);
    return out;
}

struct symbol {
    uint64_t at;
    char name[80];
};

struct names {
    struct symbol *code, *data;
    int n_code, n_data;
};

static int
by_address(const void *a, const void *b)
{
    const struct symbol *x = a, *y = b;

    return (x->at > y->at) - (x->at < y->at);
}

static void
load_data(struct names *n)
{
    FILE *f = tool("nm", "");
    char line[512];

    n->data = calloc(4096, sizeof(*n->data));
    while (f && n->data && fgets(line, sizeof(line), f)) {
        char type, name[80];
        unsigned long at;

        if (n->n_data < 4096 &&
            sscanf(line, "%lx %c %79s", &at, &type, name) == 3 &&
            strchr("bBdD", type)) {
            n->data[n->n_data].at = at + slide();
            snprintf(n->data[n->n_data++].name, 80, "%s", name);
        }
    }
    if (f)
        pclose(f);
    qsort(n->data, (size_t)n->n_data, sizeof(*n->data), by_address);
}

/* One call of addr2line for up to a hundred places. */
static void
resolve(struct symbol *s, int n)
{
    char args[4096], line[512];
    size_t at = 0;
    FILE *f;

    for (int i = 0; i < n; i++)
        at += (size_t)snprintf(args + at, sizeof(args) - at, "%#lx ",
                               (unsigned long)(s[i].at - 1 - slide()));
    f = tool("addr2line -e", args);
    for (int i = 0; f && i < n && fgets(line, sizeof(line), f); i++) {
        line[strcspn(line, " \n")] = 0;
        if (line[0] != '?')
            snprintf(s[i].name, sizeof(s[i].name), "%.79s", base_name(line));
    }
    if (f)
        pclose(f);
}

static struct symbol *
code_of(struct names *n, uint64_t pc)
{
    for (int i = 0; i < n->n_code; i++)
        if (n->code[i].at == pc)
            return &n->code[i];
    return NULL;
}

static void
load_code(struct names *n)
{
    n->code = calloc(2048, sizeof(*n->code));
    if (!n->code)
        return;
    for (uint32_t i = 0; i < K->n_events; i++) {
        uint64_t pc = (uint64_t)(uintptr_t)K->events[i].pc;

        if (pc && n->n_code < 2048 && !code_of(n, pc)) {
            n->code[n->n_code].at = pc;
            snprintf(n->code[n->n_code++].name, 80, "%#lx", (unsigned long)pc);
        }
    }
    for (int i = 0; i < n->n_code; i += 100)
        resolve(n->code + i, n->n_code - i < 100 ? n->n_code - i : 100);
}

static void
place_name(const struct names *n, uint64_t at, char *out, size_t bytes)
{
    uint64_t heap = at - (uint64_t)(uintptr_t)K->heap;
    uint64_t stack = at - (uint64_t)(uintptr_t)K->stack;
    uint64_t self = at - (uint64_t)(uintptr_t)K->self;

    snprintf(out, bytes, "%#lx", (unsigned long)at);
    if (stack < sizeof(K->stack)) {
        snprintf(out, bytes, "stack%lu-%#lx",
                 (unsigned long)(stack / STACK_BYTES),
                 (unsigned long)(STACK_BYTES - stack % STACK_BYTES));
    } else if (self < sizeof(K->self)) {
        snprintf(out, bytes, "self%lu+%lu", (unsigned long)(self / SELF_BYTES),
                 (unsigned long)(self % SELF_BYTES));
    } else if (heap < HEAP_BYTES) {
        for (uint32_t i = 0; i < K->now.n_blocks; i++)
            if (at >= (uint64_t)(uintptr_t)K->blocks[i].mem)
                snprintf(
                    out, bytes, "A%u+%lu", i,
                    (unsigned long)(at -
                                    (uint64_t)(uintptr_t)K->blocks[i].mem));
    } else {
        for (int i = 0; i < n->n_data && n->data[i].at <= at; i++)
            if (i + 1 == n->n_data || n->data[i + 1].at > at)
                snprintf(out, bytes, at == n->data[i].at ? "%s" : "%s+%lu",
                         n->data[i].name, (unsigned long)(at - n->data[i].at));
    }
}

static const char *
order_name(int mo)
{
    static const char *const name[] = { "rlx", "acq", "rel", "acqrel",
                                        "?",   "?",   "?",   "sc" };

    return name[mo & 7];
}

static void
describe(const struct event *e, const char *where, char *out, size_t bytes)
{
    static const char *const end[] = { "woken", "differs", "time-out" };
    const char *op = e->site ? e->site->op : "";
    int mo = e->site ? e->site->mo : 0;
    unsigned long a = e->value, b = e->value2;

    switch (e->kind) {
    case EV_LOAD:
        snprintf(out, bytes, "load.%s %s -> %#lx%s", order_name(mo), where, a,
                 e->stale ? "  STALE" : "");
        break;
    case EV_STORE:
        snprintf(out, bytes, "store.%s %s = %#lx", order_name(mo), where, a);
        break;
    case EV_RMW:
        snprintf(out, bytes, "%s.%s %s: %#lx -> %#lx", op, order_name(mo),
                 where, a, b);
        break;
    case EV_CAS_OK:
        snprintf(out, bytes, "%s.%s %s: %#lx -> %#lx", op, order_name(mo),
                 where, a, b);
        break;
    case EV_CAS_FAIL:
        snprintf(out, bytes, "%s.%s %s failed: is %#lx, wanted %#lx%s", op,
                 order_name(e->site->mo_fail), where, a, b,
                 e->stale ? "  STALE" : "");
        break;
    case EV_FENCE:
        snprintf(out, bytes, "fence.%s", order_name(mo));
        break;
    case EV_READ:
        snprintf(out, bytes, "read %s (%d)", where, e->size);
        break;
    case EV_WRITE:
        snprintf(out, bytes, "write %s (%d)", where, e->size);
        break;
    case EV_WAIT:
        snprintf(out, bytes, "futex_wait %s: is %#lx, expected %#lx%s", where,
                 a, b, a == b ? ": sleeps" : "");
        break;
    case EV_WAIT_END:
        snprintf(out, bytes, "futex_wait ends: %s", end[a % 3]);
        break;
    case EV_WAKE:
        snprintf(out, bytes, "futex_wake %s, up to %ld: %lu woken", where,
                 (long)a, b);
        break;
    case EV_YIELD:
        snprintf(out, bytes, "yield");
        break;
    case EV_ALLOC:
        snprintf(out, bytes, "alloc %s, %lu bytes", where, a);
        break;
    case EV_FREE:
        snprintf(out, bytes, "free %s", where);
        break;
    case EV_NOTE:
        snprintf(out, bytes, "-- %s %ld", e->text, (long)a);
        break;
    default:
        snprintf(out, bytes, "returns");
        break;
    }
}

/* Plain accesses to a thread's own stack or block say little. */
static bool
own(const struct event *e)
{
    uint64_t stack = e->addr - (uint64_t)(uintptr_t)K->stack[e->thread];
    uint64_t self = e->addr - (uint64_t)(uintptr_t)K->self[e->thread];

    return (e->kind == EV_READ || e->kind == EV_WRITE) &&
           (stack < STACK_BYTES || self < SELF_BYTES) &&
           !(K->bad_addr && e->addr < K->bad_addr + (unsigned)K->bad_size &&
             K->bad_addr < e->addr + e->size);
}

void
mc_print_trace(bool all)
{
    struct names n = { NULL, NULL, 0, 0 };
    char where[160], text[320], place[160];

    load_data(&n);
    load_code(&n);
    for (uint32_t i = 0; i < K->n_events; i++) {
        const struct event *e = &K->events[i];
        const struct symbol *s;

        if (!all && own(e))
            continue;
        place_name(&n, e->addr, where, sizeof(where));
        describe(e, where, text, sizeof(text));
        place[0] = 0;
        s = code_of(&n, (uint64_t)(uintptr_t)e->pc);
        if (e->site)
            snprintf(place, sizeof(place), "%s:%d", base_name(e->site->file),
                     e->site->line);
        else if (s)
            snprintf(place, sizeof(place), "%s", s->name);
        printf("#  %4u %*sT%d  %-*s  %s\n", e->step, e->thread * 4, "",
               e->thread, 56 - e->thread * 4, text, place);
    }
    if (K->bad_addr) {
        place_name(&n, K->bad_addr, where, sizeof(where));
        printf("#  the place: %s, %d bytes\n", where, K->bad_size);
    }
    if (K->bad_pc)
        printf("#  the access: %s\n", mc_symbol(K->bad_pc, text, sizeof(text)));
    free(n.code);
    free(n.data);
}

static bool
same_site(const struct mc_site *a, const struct mc_site *b)
{
    return a->line == b->line && a->mo_was == b->mo_was &&
           !strcmp(a->op, b->op) && !strcmp(a->file, b->file);
}

/* A header's site is in several objects: one line, the sum. */
void
mc_print_sites(void)
{
    long n = __stop_mc_sites - __start_mc_sites;

    for (long i = 0; i < n; i++) {
        const struct mc_site *s = &__start_mc_sites[i];
        uint64_t count = 0;
        bool first = true;

        for (long j = 0; j < n; j++)
            if (same_site(s, &__start_mc_sites[j])) {
                count += K->site_count[j];
                first = first && j >= i;
            }
        if (first)
            printf("# site %s:%d %s.%s %lu\n", base_name(s->file), s->line,
                   s->op, order_name(s->mo_was), count);
    }
    for (int i = 0; i < K->n_wakes; i++)
        printf("# site %s wake %lu\n", K->wake[i].where, K->wake[i].count);
}
