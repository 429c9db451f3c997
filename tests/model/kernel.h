/* SPDX-License-Identifier: MIT */
/*
 * model/kernel.h - the checker's state and its inner interfaces.
 *
 * All state is in one structure at a fixed address, outside the program's
 * .data and .bss, which are restored before every execution: no file of the
 * checker has a variable.  A fixed address also makes traces repeatable.
 */
#ifndef MC_KERNEL_H
#define MC_KERNEL_H

#include "backend.h"
#include "mc.h"

#include <emmintrin.h>
#include <string.h>

enum {
    LANES = 8,
    SC_LANE = 7, /* of a view: which SC stores an SC fence has ordered */
    NEVER = INT16_MAX,
    THREADS = MC_MAX_THREADS + 1, /* 0 is set-up and check */
    STACK_BYTES = 128 << 10,
    SELF_BYTES = 1024,
    HEAP_BYTES = 4 << 20,
    MAP_BYTES = 1 << 20,
    MAP_LINE = 128,
    HASH = 1 << 14,
    CELLS = 1 << 14,
    STORES = 1 << 14,
    TRAIL = 1 << 15,
    EVENTS = 1 << 16,
    BLOCKS = 1024,
    SITES = 4096,
    LOG = 1 << 13,
    OUTCOMES = 4096,
    WAKES = 128
};

/* A vector clock: one lane per thread. */
typedef union {
    __m128i v;
    int16_t c[LANES];
} vc;

static inline void
vc_join(vc *a, const vc *b)
{
    a->v = _mm_max_epi16(a->v, b->v);
}

/* Some lane of a is later than b's. */
static inline bool
vc_later(const vc *a, const vc *b)
{
    return _mm_movemask_epi8(_mm_cmpgt_epi16(a->v, b->v)) != 0;
}

/* All ones in one lane: clocks are written as the whole vectors that they are
 * read as, a narrow store would not be forwarded. */
static inline __m128i
vc_lane(int lane)
{
    static const int16_t window[2 * LANES] = { [LANES] = -1 };
    const void *from = &window[LANES - lane];

    return _mm_loadu_si128((const __m128i *)from);
}

/* One store of an atomic location. */
struct store {
    vc seen;     /* per thread: when it wrote or first read this store */
    vc rel_hb;   /* what an acquire load of it synchronises with */
    vc rel_view; /* and which stores it makes visible */
    uint64_t value;
    uint32_t older;
    int16_t epoch;
    int16_t sc; /* place in the order S of SC stores, or 0 */
    uint8_t thread;
};

/* The accesses of one size at one place in an 8-byte granule. */
struct cell {
    vc plain_w, plain_r, atomic_w, atomic_r; /* last clock per thread */
    uint32_t newest;                         /* store, 0: none yet */
    uint32_t next;                           /* cell of the same granule */
    uint8_t off, len;
};

struct granule {
    uint64_t key;
    uint32_t gen;
    uint32_t cell;
};

enum state { RUN, BLOCKED, DONE, FROZEN };

struct thread {
    vc hb;   /* happens before */
    vc view; /* >= hb: coherence; SC fences join views, never hb */
    vc pend_hb, pend_view;   /* relaxed loads, for an acquire fence */
    vc fence_hb, fence_view; /* the last release fence */
    void *sp;
    void (*fn)(void);
    void *word; /* the futex that it sleeps on */
    int64_t deadline;
    int wake_result;
    enum state state;
    bool yielded, exit_hook;
    unsigned stays;      /* yields at which it goes on, still */
    unsigned polls;      /* how often it has yielded since anybody stored */
    bool away, checking; /* see reduce.c */
    uint32_t away_from, away_until; /* in the log */
    int priority;
};

struct block {
    char *mem;
    size_t bytes;
    uint8_t state; /* 1 live, 2 freed */
    bool marked;
};

enum event_kind {
    EV_LOAD,
    EV_STORE,
    EV_RMW,
    EV_CAS_OK,
    EV_CAS_FAIL,
    EV_FENCE,
    EV_READ,
    EV_WRITE,
    EV_WAIT,
    EV_WAIT_END,
    EV_WAKE,
    EV_YIELD,
    EV_ALLOC,
    EV_FREE,
    EV_NOTE,
    EV_START,
    EV_END
};

struct event {
    uint8_t kind, thread, size;
    bool stale;
    uint32_t step;
    uint64_t addr, value, value2;
    const struct mc_site *site;
    void *pc;
    const char *text;
};

struct wake_site {
    void *pc;
    char where[120];
    uint64_t count;
    bool skip;
};

struct bounds {
    int preempt, stale, spurious, timeouts, weak, nomem, stays, freezes;
};

enum mode { SEARCH_TREE, SEARCH_RANDOM, SEARCH_PCT, SEARCH_REPLAY };

/* What a step touched, as far as other threads can tell. */
struct touch {
    uint64_t addr;
    uint16_t size;
    uint8_t kind, thread;
};

enum {
    TOUCH_READ = 0,
    TOUCH_WRITE = 1,
    TOUCH_SC_FENCE = 2,
    TOUCH_SC = 4,
    TOUCH_ALL = 8 /* a fence of everybody */
};

/* Where an execution starts: before set-up, or after it if it has no choices */
struct base {
    bool after_setup;
    uint32_t n_blocks;
    unsigned steps;
    uint64_t cycles;
    int64_t now_ns;
    size_t heap_top, map_top;
    int64_t ghost[MC_GHOSTS];
};

struct kernel {
    /* one execution */
    struct thread th[THREADS];
    void *main_sp;
    int cur, live, n_threads;
    unsigned step_limit, idle;
    uint32_t gen, n_granules, n_cells, n_stores;
    int16_t sc_count;
    vc sc_view;            /* joined by SC fences */
    vc told_hb, told_view; /* joined by mc_tell, for mc_hear */
    struct bounds used, max;
    struct base now;
    uint32_t n_log;
    bool pruned;
    uint32_t n_dirty;
    uint32_t dirty[MAP_BYTES / MAP_LINE]; /* lines of map written to */
    bool is_dirty[MAP_BYTES / MAP_LINE];

    enum mc_bug bug;
    char why[400];
    uint64_t bad_addr; /* of a race, for the report */
    int bad_size;
    vc bad_lanes;
    void *bad_pc;

    /* the search */
    enum mode mode;
    uint32_t trail_len, trail_pos;
    uint8_t chosen[TRAIL], width[TRAIL];
    uint64_t rng;
    unsigned change[4];
    const struct mc_scenario *scenario;
    bool reduce, executing;
    uint64_t executions, cut;
    unsigned longest;
    int n_outcomes;
    uint64_t outcome[OUTCOMES];

    /* the run of the program */
    bool tracing, wake_sites;
    uint32_t n_events;
    const char *skip_wake;
    char *snapshot, *base_data, *data;
    size_t data_bytes;
    struct base base;
    uint64_t site_count[SITES];
    bool site_hint[SITES];
    int n_wakes;
    struct wake_site wake[WAKES];

    struct granule hash[HASH];
    struct cell cells[CELLS];
    struct store stores[STORES];
    struct block blocks[BLOCKS];
    struct touch log[LOG];
    struct event events[EVENTS];
    uint8_t heap_state[HEAP_BYTES / 16]; /* 0 outside, 1 live, 2 freed */
    char self[THREADS][SELF_BYTES] __attribute__((aligned(128)));
    struct block base_blocks[BLOCKS];
    uint8_t base_state[HEAP_BYTES / 16];
    char base_self[SELF_BYTES];
    char base_heap[HEAP_BYTES];
    char base_map[MAP_BYTES];
    char map[MAP_BYTES] __attribute__((aligned(4096)));
    char heap[HEAP_BYTES] __attribute__((aligned(4096)));
    char stack[THREADS][STACK_BYTES] __attribute__((aligned(4096)));
};

#define K ((struct kernel *)0x200000000000)

extern struct mc_site __start_mc_sites[] __attribute__((weak));
extern struct mc_site __stop_mc_sites[] __attribute__((weak));

#define likely(c) __builtin_expect(!!(c), 1)
#define unlikely(c) __builtin_expect(!!(c), 0)

/* sched.c */
void mc_fail(enum mc_bug bug, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));
void mc_point(void); /* scheduling point before a visible operation */
void mc_abandon(void) __attribute__((
    noreturn));      /* end this execution: an equal one is explored */
void mc_leave(void); /* the current thread cannot go on: run another */
void mc_yield(void);
void mc_stored(void); /* something has changed: those that poll may look */
void mc_execute(const struct mc_scenario *s); /* one execution */

/* memory.c */
void mc_plain(const void *p, size_t n, bool write, void *pc);
uint64_t mc_peek(const volatile void *p, int size);
void mc_read_newest(volatile void *p, int size); /* the kernel's own look */
void mc_check_free(char *mem, size_t bytes);
void mc_heap_check(const volatile void *p, size_t n, void *pc);

/* reduce.c */
void mc_touch(const volatile void *p, size_t size, int kind);
void mc_join_sc(struct thread *t); /* an SC fence of t */
void mc_touch_by(int thread, const volatile void *p, size_t size, int kind);
void mc_away(struct thread *t); /* preempted before its next step */
void mc_back(struct thread *t); /* and now takes it */
void mc_boundary(void);         /* the current thread's step is complete */

/* base.c */
void mc_take_snapshot(void); /* of the variables, once */
void mc_first_base(void);    /* for a new scenario */
void mc_keep_base(void);     /* after set-up: start from here */
void mc_restore(void);

/* heap.c */
void *mc_heap_alloc(size_t bytes, void *pc);
void mc_heap_free(void *mem, void *pc);
void *mc_map(size_t bytes);
void mc_check_leaks(void);

/* futex.c */
enum { MC_WOKEN, MC_DIFFERS, MC_TIMED_OUT };
int mc_futex_wait(volatile uint32_t *word, uint32_t expected, int64_t deadline,
                  void *pc);
void mc_futex_wake(volatile uint32_t *word, int count, void *pc);

/* search.c */
int mc_pick(int n);      /* one choice among n */
int mc_pick_read(int n); /* 0 is the newest */
int mc_pick_thread(const uint8_t *cand, int n, bool first_is_current);
bool mc_pick_rare(void); /* two choices, in chance seldom true */
bool mc_next(void);      /* false: the tree is done */
void mc_encode(char *out, size_t bytes); /* the trail as text */
bool mc_decode(const char *text);
uint64_t mc_rand(void);

/* report.c */
void mc_print_trace(bool all);
void mc_print_sites(void);
const char *mc_symbol(void *pc, char *out, size_t bytes);
const char *mc_bug_name(enum mc_bug bug);

static inline struct event *
mc_event(enum event_kind kind, const volatile void *p, int size, void *pc)
{
    struct event *e;

    if (K->n_events == EVENTS)
        K->n_events--;
    e = &K->events[K->n_events++];
    memset(e, 0, sizeof(*e));
    e->kind = (uint8_t)kind;
    e->thread = (uint8_t)K->cur;
    e->size = (uint8_t)size;
    e->step = K->now.steps;
    e->addr = (uint64_t)(uintptr_t)p;
    e->pc = pc;
    return e;
}

#endif
