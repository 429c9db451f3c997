/* SPDX-License-Identifier: MIT */
/*
 * model/mc.h - what a scenario of the model checker sees.
 *
 * A scenario is a set-up, up to six threads and a check, all on ordinary
 * memory.  The checker runs it again and again, once per schedule and per
 * choice of stale reads; before each run every variable of the program is put
 * back to its first value, so static state needs no reset.
 */
#ifndef MC_H
#define MC_H

#include <stdbool.h>
#include <stdint.h>

enum { MC_MAX_THREADS = 6, MC_GHOSTS = 64 };

enum mc_bug {
    MC_NONE,
    MC_ASSERT,   /* mc_assert, or an outcome that is not allowed */
    MC_RACE,     /* unordered accesses, one of them plain, one a write */
    MC_UAF,      /* use after free, outside a block, or a free too early */
    MC_FREE,     /* double free, or of something never allocated */
    MC_LEAK,     /* live at the end, and no variable points to it */
    MC_DEADLOCK, /* nobody can run and somebody sleeps: a lost wake-up */
    MC_LIVELOCK, /* too many steps, or all threads only yield */
    MC_PANIC,    /* the library's own wr_panic */
    MC_CRASH,    /* SIGSEGV, SIGBUS, SIGFPE or SIGILL */
    MC_LIMIT     /* the scenario outgrew a table of the checker */
};

struct mc_scenario {
    const char *name;
    void (*setup)(void); /* happens before every thread */
    void (*threads[MC_MAX_THREADS])(void);
    void (*check)(void); /* after all threads have returned */
    /* Bounds; 0 takes the default, negative means none at all. */
    int bound;       /* preemptions, default 2 */
    int stale;       /* loads that miss the newest store, default 2 */
    int spurious;    /* futex waits that return for no reason, default 1 */
    int timeouts;    /* time-outs before they are due, default 2 */
    int weak;        /* weak CAS that fail for no reason, default 1 */
    int nomem;       /* allocations that fail, default none */
    int stays;       /* polls that end before others have run, default 2 */
    int freezes;     /* threads that stop for good somewhere, default none: all
                        the others must end, what they do then is the rest */
    int steps;       /* per execution, default 3000 */
    uint64_t look;   /* cycles between two looks at the counter, default 2^24 */
    double seconds;  /* of search, default no limit */
    uint64_t random; /* runs of a random search instead of the tree */
    bool big;        /* --short: no stale read, or else a preemption fewer */
    enum mc_bug expect_bug;
    bool leaks_ok;
    /* A file whose atomics are only hints (of a wait policy): no scheduling
     * points and no stale reads there. */
    const char *hints;
    /* If set: exactly these values must be seen by mc_outcome. */
    const uint64_t *allowed;
    int n_allowed;
};

#define MC_SCENARIO(id, ...)                                                   \
    static const struct mc_scenario mc_scenario_##id = { .name = #id,          \
                                                         __VA_ARGS__ };        \
    __attribute__((used, no_reorder,                                           \
                   section("mc_scenarios"))) static const struct mc_scenario   \
        *const mc_entry_##id = &mc_scenario_##id

/* A function whose accesses the checker does not see (ghost state). */
#define MC_GHOST __attribute__((no_sanitize_thread, noinline))

#define mc_assert(c) ((c) ? (void)0 : mc_assert_failed(#c, __FILE__, __LINE__))
void mc_assert_failed(const char *what, const char *file, int line);

int mc_thread(void);    /* 1, 2, ... in a thread; 0 in set-up and check */
unsigned mc_step(void); /* logical clock: steps taken so far, unique per op */
int mc_choose(int n);   /* 0 .. n-1, every value is explored */
void mc_relax(void);    /* let others run first: the body of a spin loop */
void mc_outcome(uint64_t value); /* collected over the whole search */
void mc_note(const char *text, uint64_t value); /* a line in the trace */
/* What this thread did so far happens before whatever a thread does after its
 * next mc_hear: an outside synchronisation that costs no step. */
void mc_tell(void);
void mc_hear(void);

/* Ghost counters, zero at the start of each execution; not a shared access. */
int64_t mc_ghost(int i);
void mc_ghost_set(int i, int64_t value);
int64_t mc_ghost_add(int i, int64_t delta); /* -> the new value */

/* From now on the kernel refuses heavy fences (park/sys.h), or grants them. */
void mc_refuse_heavy(bool refuse);

/* Until an eventfd of park/sys.h polls readable: what an event loop does. */
void mc_fd_wait(int fd);

/* Memory as the library gets it from wr_sys_alloc. */
void *mc_alloc(unsigned long bytes);
void mc_free(void *mem);

#endif
