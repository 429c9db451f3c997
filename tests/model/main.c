/* SPDX-License-Identifier: MIT */
/*
 * model/main.c - runs the scenarios that are linked in; TAP on stdout.
 */
#include "kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

extern const struct mc_scenario *const __start_mc_scenarios[];
extern const struct mc_scenario *const __stop_mc_scenarios[];

struct options {
    const char *only, *replay, *hints;
    int preempt, stale, spurious, timeouts, weak, nomem, stays, freezes, steps;
    double seconds;
    uint64_t executions, random, seed;
    bool list, sites, verbose, all, whole, brief;
};

static const char usage[] =
    "usage: %s [option value]...\n"
    "  --list               names of the scenarios\n"
    "  --short              what is marked .big within smaller bounds\n"
    "  --only TEXT          scenarios whose name contains TEXT; =NAME exactly\n"
    "  --bound N            preemptions per execution\n"
    "  --stale N            stale reads per execution\n"
    "  --spurious N         futex waits that return for no reason\n"
    "  --timeouts N         time-outs before anything is due\n"
    "  --weak N             weak CAS that fail for no reason\n"
    "  --nomem N            allocations that fail\n"
    "  --stays N            polls that end before others have run\n"
    "  --freezes N          threads that stop for good\n"
    "  --steps N            steps before a livelock is reported\n"
    "  --seconds S          end the search of a scenario\n"
    "  --executions N       end the search of a scenario\n"
    "  --random N           N random executions instead of the tree\n"
    "  --seed S             of the random executions\n"
    "  --replay STRING      one execution, with its trace (needs --only)\n"
    "  --weaken FILE:LINE[:ORDER]  mutant: this site is relaxed, or ORDER\n"
    "  --skip-wake FILE:LINE       mutant: this futex wake is dropped\n"
    "  --sites              ordered accesses and how often each was executed\n"
    "  --whole              no reduction: every schedule within the bounds\n"
    "  --hints FILE         its atomics are hints: no points, no stale reads\n"
    "  --all                traces with accesses to a thread's own stack\n"
    "  --verbose            traces of expected bugs, too\n";

static double
now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static const char *
base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? slash + 1 : path;
}

static int
weaken(const char *spec)
{
    char file[256], order[16] = "rlx";
    int line, hits = 0;
    uint8_t mo;

    if (sscanf(spec, "%255[^:]:%d:%15s", file, &line, order) < 2)
        return 0;
    mo = !strcmp(order, "acq")      ? MC_ACQ
         : !strcmp(order, "rel")    ? MC_REL
         : !strcmp(order, "acqrel") ? MC_ACQREL
                                    : MC_RLX;
    for (struct mc_site *s = __start_mc_sites; s < __stop_mc_sites; s++)
        if (s->line == line && !strcmp(base_name(s->file), base_name(file))) {
            s->mo = s->mo & mo;
            s->mo_fail = s->mo_fail & mo;
            hits++;
        }
    return hits;
}

static int
given(int option, int own, int standard)
{
    if (option >= 0)
        return option;
    return own < 0 ? 0 : own ? own : standard;
}

static void
set_hints(const char *file)
{
    for (struct mc_site *i = __start_mc_sites; i < __stop_mc_sites; i++)
        K->site_hint[i - __start_mc_sites] =
            file && !strcmp(base_name(i->file), base_name(file));
}

static void
set_bounds(const struct mc_scenario *s, const struct options *o)
{
    K->max.preempt = given(o->preempt, s->bound, 2);
    K->max.stale = given(o->stale, s->stale, 2);
    K->max.spurious = given(o->spurious, s->spurious, 1);
    K->max.timeouts = given(o->timeouts, s->timeouts, 2);
    K->max.weak = given(o->weak, s->weak, 1);
    K->max.nomem = given(o->nomem, s->nomem, 0);
    K->max.stays = given(o->stays, s->stays, 2);
    K->max.freezes = given(o->freezes, s->freezes, 0);
    if (o->brief && s->big && K->max.stale > 0)
        K->max.stale = 0;
    else if (o->brief && s->big)
        K->max.preempt--;
    K->step_limit = (unsigned)given(o->steps, s->steps, 3000);
    set_hints(o->hints ? o->hints : s->hints);
    mc_first_base();
    K->trail_len = 0;
    K->executions = K->cut = 0;
    K->reduce = !o->whole;
    K->longest = 0;
    K->n_outcomes = 0;
}

/* One run with the trace on: what the trail says happened. */
static void
show(const struct mc_scenario *s, const struct options *o, bool verbose)
{
    static const size_t bytes = TRAIL;
    char *text = malloc(bytes);
    uint32_t n = K->trail_pos;

    if (!text)
        exit(2);
    if (K->bug)
        printf("# %s: %s\n", mc_bug_name(K->bug), K->why);
    mc_encode(text, bytes);
    printf("# replay: --only =%s --replay '%s'\n", s->name, text);
    free(text);
    if (!verbose)
        return;
    K->mode = SEARCH_REPLAY;
    K->trail_len = n;
    K->tracing = true;
    mc_first_base();
    mc_execute(s);
    K->tracing = false;
    mc_print_trace(o->all);
}

static void
shuffle(uint64_t seed)
{
    unsigned span = K->longest ? K->longest : 50;

    K->rng = seed;
    K->mode = mc_rand() % 2 ? SEARCH_PCT : SEARCH_RANDOM;
    for (int i = 0; i < 4; i++)
        K->change[i] = (unsigned)(mc_rand() % span);
}

/* The search; true if it saw everything within its bounds. */
static bool
search(const struct mc_scenario *s, const struct options *o, double start)
{
    double limit = o->seconds > 0 ? o->seconds : s->seconds;
    uint64_t random = o->random ? o->random : s->random;
    uint64_t most = random;

    if (o->executions && (!most || o->executions < most))
        most = o->executions;
    if (random)
        K->max.preempt = 1 << 20;
    K->mode = SEARCH_TREE;
    for (uint64_t i = 0;; i++) {
        if (random)
            shuffle(o->seed + i);
        mc_execute(s);
        if (K->bug)
            return false;
        if (!random && !mc_next())
            return true;
        if (most && i + 1 >= most)
            return false;
        if (limit > 0 && (i & 255) == 255 && now() - start > limit)
            return false;
    }
}

static bool
outcomes_differ(const struct mc_scenario *s, bool complete)
{
    bool differ = false;

    if (!s->allowed || !complete)
        return false;
    for (int i = 0; i < s->n_allowed; i++) {
        bool seen = false;

        for (int j = 0; j < K->n_outcomes; j++)
            seen |= K->outcome[j] == s->allowed[i];
        if (!seen)
            printf("# allowed outcome %#lx was never seen\n", s->allowed[i]);
        differ |= !seen;
    }
    return differ;
}

static void
print_outcomes(void)
{
    printf("# outcomes:");
    for (int i = 0; i < K->n_outcomes; i++)
        printf(" %#lx", K->outcome[i]);
    printf("\n");
}

static bool
run(const struct mc_scenario *s, const struct options *o, int number)
{
    double start = now(), took;
    bool complete, ok;

    set_bounds(s, o);
    complete = search(s, o, start);
    took = now() - start;
    ok = K->bug == s->expect_bug && !outcomes_differ(s, complete);
    printf("%s %d - %s # ", ok ? "ok" : "not ok", number, s->name);
    if (K->bug)
        printf("%s found after", mc_bug_name(K->bug));
    else if (s->expect_bug)
        printf("no %s in", mc_bug_name(s->expect_bug));
    else if (K->max.preempt == 1 << 20)
        printf("random, seed %lu,", o->seed);
    else
        printf("%s,", complete ? "complete" : "INCOMPLETE");
    printf(" %lu executions (%lu cut), ", K->executions, K->cut);
    if (K->max.preempt < 1 << 20)
        printf("bound %d, ", K->max.preempt);
    printf("stale %d, up to %u steps, %.2f s, %.2f M/s\n", K->max.stale,
           K->longest, took, (double)(K->executions + K->cut) / took * 1e-6);
    if (K->bug)
        show(s, o, !s->expect_bug || o->verbose || !ok);
    if (o->verbose && K->n_outcomes)
        print_outcomes();
    fflush(stdout);
    return ok;
}

static bool
wanted(const struct mc_scenario *s, const struct options *o)
{
    if (!o->only)
        return true;
    if (o->only[0] == '=')
        return !strcmp(s->name, o->only + 1);
    return strstr(s->name, o->only) != NULL;
}

static int
replay(const struct mc_scenario *s, const struct options *o)
{
    set_bounds(s, o);
    if (!mc_decode(o->replay)) {
        fprintf(stderr, "model: not a replay string\n");
        return 2;
    }
    K->mode = SEARCH_REPLAY;
    mc_execute(s);
    show(s, o, true);
    return K->bug != s->expect_bug;
}

static bool
flag(const char *name, struct options *o)
{
    if (!strcmp(name, "--list"))
        return o->list = true;
    if (!strcmp(name, "--sites"))
        return o->sites = K->wake_sites = true;
    if (!strcmp(name, "--all"))
        return o->all = true;
    if (!strcmp(name, "--short"))
        return o->brief = true;
    if (!strcmp(name, "--whole"))
        return o->whole = true;
    if (!strcmp(name, "--verbose"))
        return o->verbose = true;
    return false;
}

static bool
number(const char *name, const char *value, struct options *o)
{
    struct {
        const char *name;
        int *to;
    } ints[] = { { "--bound", &o->preempt },     { "--stale", &o->stale },
                 { "--spurious", &o->spurious }, { "--timeouts", &o->timeouts },
                 { "--weak", &o->weak },         { "--nomem", &o->nomem },
                 { "--stays", &o->stays },       { "--freezes", &o->freezes },
                 { "--steps", &o->steps } };
    struct {
        const char *name;
        uint64_t *to;
    } longs[] = { { "--random", &o->random },
                  { "--seed", &o->seed },
                  { "--executions", &o->executions } };

    for (unsigned i = 0; i < sizeof(ints) / sizeof(*ints); i++)
        if (!strcmp(name, ints[i].name))
            return *ints[i].to = atoi(value), true;
    for (unsigned i = 0; i < sizeof(longs) / sizeof(*longs); i++)
        if (!strcmp(name, longs[i].name))
            return *longs[i].to = strtoull(value, NULL, 0), true;
    if (!strcmp(name, "--seconds"))
        return o->seconds = atof(value), true;
    return false;
}

static bool
option(const char *name, const char *value, struct options *o)
{
    if (!strcmp(name, "--only"))
        return o->only = value, true;
    if (!strcmp(name, "--hints"))
        return o->hints = value, true;
    if (!strcmp(name, "--replay"))
        return o->replay = value, true;
    if (!strcmp(name, "--skip-wake"))
        return K->skip_wake = value, true;
    if (!strcmp(name, "--weaken")) {
        if (weaken(value))
            return true;
        fprintf(stderr, "model: no ordered access at %s\n", value);
        exit(2);
    }
    return number(name, value, o);
}

static void
parse(int argc, char **argv, struct options *o)
{
    for (int i = 1; i < argc; i++) {
        if (flag(argv[i], o))
            continue;
        if (i + 1 < argc && option(argv[i], argv[i + 1], o)) {
            i++;
            continue;
        }
        fprintf(stderr, usage, argv[0]);
        exit(2);
    }
}

int
main(int argc, char **argv)
{
    struct options o = { .preempt = -1,
                         .stale = -1,
                         .spurious = -1,
                         .timeouts = -1,
                         .weak = -1,
                         .nomem = -1,
                         .stays = -1,
                         .freezes = -1,
                         .steps = -1,
                         .seed = 1 };
    const struct mc_scenario *const *s = __start_mc_scenarios;
    const struct mc_scenario *const *end = __stop_mc_scenarios;
    int n = 0, passed = 0;

    parse(argc, argv, &o);
    mc_take_snapshot();
    for (const struct mc_scenario *const *i = s; i < end; i++)
        n += wanted(*i, &o);
    if (n == 0 || (o.replay && n != 1)) {
        fprintf(stderr, "model: %d scenarios match\n", n);
        return 2;
    }
    if (!o.list && !o.replay)
        printf("1..%d\n", n);
    n = 0;
    for (; s < end; s++) {
        if (!wanted(*s, &o))
            continue;
        if (o.list)
            printf("%s\n", (*s)->name);
        else if (o.replay)
            return replay(*s, &o);
        else
            passed += run(*s, &o, ++n);
    }
    if (o.sites)
        mc_print_sites();
    if (!o.list)
        printf("# %d passed, %d failed\n", passed, n - passed);
    return passed < n;
}
