/* SPDX-License-Identifier: MIT */
/*
 * model/litmus.c - the checker's memory against RC11's verdicts.
 *
 * Each test lists exactly the outcomes that RC11 allows (Lahav et al., PLDI
 * 2017; release sequences as in C++20); the search is over everything, and an
 * outcome outside the list, or one of the list never seen, fails.
 */
#include "mc.h"

#include "park/sys.h"

#include <weir/atomic.h>

static WEIR_ATOMIC(int) x, y, z;

static void
r(int i, int value)
{
    mc_ghost_set(i, value);
}

/* The registers as hexadecimal digits, r0 first. */
static void
outcome(int n)
{
    uint64_t v = 0;

    for (int i = 0; i < n; i++)
        v = v * 16 + (uint64_t)mc_ghost(i);
    mc_outcome(v);
}

static void
outcome1(void)
{
    outcome(1);
}

static void
outcome2(void)
{
    outcome(2);
}

static void
outcome3(void)
{
    outcome(3);
}

static void
outcome4(void)
{
    outcome(4);
}

#define ALL .bound = 20, .stale = 20
#define ALLOW(...)                                                             \
    .allowed = (const uint64_t[]){ __VA_ARGS__ },                              \
    .n_allowed = sizeof((const uint64_t[]){ __VA_ARGS__ }) / sizeof(uint64_t)
#define LITMUS(id, n, list, ...)                                               \
    MC_SCENARIO(id, .threads = { __VA_ARGS__ }, .check = outcome##n, ALL, list)

#define store_sc(p, v) WEIR_OP_STORE(p, v, WEIR_MO_SC)

/* MP: data before flag. */
static void
mp_rel(void)
{
    weir_store_rlx(&x, 1);
    weir_store_rel(&y, 1);
}

static void
mp_rlx(void)
{
    weir_store_rlx(&x, 1);
    weir_store_rlx(&y, 1);
}

static void
mp_read_acq(void)
{
    r(0, weir_load_acq(&y));
    r(1, weir_load_rlx(&x));
}

static void
mp_read_rlx(void)
{
    r(0, weir_load_rlx(&y));
    r(1, weir_load_rlx(&x));
}

LITMUS(mp_rel_acq, 2, ALLOW(0x00, 0x01, 0x11), mp_rel, mp_read_acq);
LITMUS(mp_rlx_acq, 2, ALLOW(0x00, 0x01, 0x10, 0x11), mp_rlx, mp_read_acq);
LITMUS(mp_rel_rlx, 2, ALLOW(0x00, 0x01, 0x10, 0x11), mp_rel, mp_read_rlx);

/* MP through fences alone. */
static void
mp_fence(void)
{
    weir_store_rlx(&x, 1);
    WEIR_OP_FENCE(WEIR_MO_REL);
    weir_store_rlx(&y, 1);
}

static void
mp_read_fence(void)
{
    r(0, weir_load_rlx(&y));
    WEIR_OP_FENCE(WEIR_MO_ACQ);
    r(1, weir_load_rlx(&x));
}

LITMUS(mp_fences, 2, ALLOW(0x00, 0x01, 0x11), mp_fence, mp_read_fence);
LITMUS(mp_fence_acq, 2, ALLOW(0x00, 0x01, 0x11), mp_fence, mp_read_acq);
LITMUS(mp_rel_fence, 2, ALLOW(0x00, 0x01, 0x11), mp_rel, mp_read_fence);
LITMUS(mp_fence_rlx, 2, ALLOW(0x00, 0x01, 0x10, 0x11), mp_fence, mp_read_rlx);

/* SB: store, then look at the other's. */
#define SB(name, mine, other, i, STORE, BETWEEN, LOAD)                         \
    static void name(void)                                                     \
    {                                                                          \
        STORE(&mine, 1);                                                       \
        BETWEEN;                                                               \
        r(i, LOAD(&other));                                                    \
    }

SB(sb_acq_0, x, y, 0, weir_store_rel, (void)0, weir_load_acq)
SB(sb_acq_1, y, x, 1, weir_store_rel, (void)0, weir_load_acq)
SB(sb_sc_0, x, y, 0, store_sc, (void)0, weir_load_sc)
SB(sb_sc_1, y, x, 1, store_sc, (void)0, weir_load_sc)
SB(sb_fence_0, x, y, 0, weir_store_rlx, weir_fence_sc(), weir_load_rlx)
SB(sb_fence_1, y, x, 1, weir_store_rlx, weir_fence_sc(), weir_load_rlx)
SB(sb_xchg_0, x, y, 0, (void)weir_xchg_sc, (void)0, weir_load_sc)
SB(sb_xchg_1, y, x, 1, (void)weir_xchg_sc, (void)0, weir_load_sc)

LITMUS(sb_acq, 2, ALLOW(0x00, 0x01, 0x10, 0x11), sb_acq_0, sb_acq_1);
LITMUS(sb_sc, 2, ALLOW(0x01, 0x10, 0x11), sb_sc_0, sb_sc_1);
LITMUS(sb_fence, 2, ALLOW(0x01, 0x10, 0x11), sb_fence_0, sb_fence_1);
LITMUS(sb_xchg, 2, ALLOW(0x01, 0x10, 0x11), sb_xchg_0, sb_xchg_1);
LITMUS(sb_one_fence, 2, ALLOW(0x00, 0x01, 0x10, 0x11), sb_fence_0, sb_acq_1);
/* A fence on one side, SC accesses on the other: the load must be SC and the
 * store, too. */
LITMUS(sb_sc_fence, 2, ALLOW(0x01, 0x10, 0x11), sb_sc_0, sb_fence_1);

/* The asymmetric pair of park/sys.h. */
SB(sb_light_0, x, y, 0, weir_store_rlx, wr_sys_fence_light(), weir_load_rlx)
SB(sb_light_1, y, x, 1, weir_store_rlx, wr_sys_fence_light(), weir_load_rlx)
SB(sb_heavy_1, y, x, 1, weir_store_rlx, (void)wr_sys_fence_heavy(),
   weir_load_rlx)

LITMUS(sb_light, 2, ALLOW(0x00, 0x01, 0x10, 0x11), sb_light_0, sb_light_1);
LITMUS(sb_heavy, 2, ALLOW(0x01, 0x10, 0x11), sb_light_0, sb_heavy_1);

/* CoRR: two reads of one place do not go back. */
static void
co_write(void)
{
    weir_store_rlx(&x, 1);
    weir_store_rlx(&x, 2);
}

static void
co_read(void)
{
    r(0, weir_load_rlx(&x));
    r(1, weir_load_rlx(&x));
}

LITMUS(corr, 2, ALLOW(0x00, 0x01, 0x02, 0x11, 0x12, 0x22), co_write, co_read);

/* CoRR across threads: the first read happens before the second. */
static void
co_read_pass(void)
{
    r(0, weir_load_rlx(&x));
    weir_store_rel(&y, 1);
}

static void
co_read_got(void)
{
    r(1, weir_load_acq(&y));
    r(2, weir_load_rlx(&x));
}

static void
co_write_one(void)
{
    weir_store_rlx(&x, 1);
}

LITMUS(corr_hb, 3, ALLOW(0x000, 0x001, 0x010, 0x011, 0x100, 0x101, 0x111),
       co_write_one, co_read_pass, co_read_got);

/* IRIW: two readers, two orders. */
static void
iriw_w0(void)
{
    weir_store_rel(&x, 1);
}

static void
iriw_w1(void)
{
    weir_store_rel(&y, 1);
}

static void
iriw_sc_w0(void)
{
    store_sc(&x, 1);
}

static void
iriw_sc_w1(void)
{
    store_sc(&y, 1);
}

#define IRIW(name, LOAD, BETWEEN)                                              \
    static void name##_r0(void)                                                \
    {                                                                          \
        r(0, LOAD(&x));                                                        \
        BETWEEN;                                                               \
        r(1, LOAD(&y));                                                        \
    }                                                                          \
    static void name##_r1(void)                                                \
    {                                                                          \
        r(2, LOAD(&y));                                                        \
        BETWEEN;                                                               \
        r(3, LOAD(&x));                                                        \
    }

IRIW(iriw_acq, weir_load_acq, (void)0)
IRIW(iriw_sc, weir_load_sc, (void)0)
IRIW(iriw_fence, weir_load_rlx, weir_fence_sc())

#define ALL16_BUT_1010                                                         \
    0x0000, 0x0001, 0x0010, 0x0011, 0x0100, 0x0101, 0x0110, 0x0111, 0x1000,    \
        0x1001, 0x1011, 0x1100, 0x1101, 0x1110, 0x1111

LITMUS(iriw_acq, 4, ALLOW(ALL16_BUT_1010, 0x1010), iriw_w0, iriw_w1,
       iriw_acq_r0, iriw_acq_r1);
LITMUS(iriw_sc, 4, ALLOW(ALL16_BUT_1010), iriw_sc_w0, iriw_sc_w1, iriw_sc_r0,
       iriw_sc_r1);
LITMUS(iriw_fence, 4, ALLOW(ALL16_BUT_1010), iriw_w0, iriw_w1, iriw_fence_r0,
       iriw_fence_r1);
/* SC loads alone do not order relaxed or release stores. */
LITMUS(iriw_sc_loads, 4, ALLOW(ALL16_BUT_1010, 0x1010), iriw_w0, iriw_w1,
       iriw_sc_r0, iriw_sc_r1);

/* WRC: a write, seen and passed on. */
static void
wrc_pass_rel(void)
{
    r(0, weir_load_acq(&x));
    weir_store_rel(&y, 1);
}

static void
wrc_pass_rlx(void)
{
    r(0, weir_load_rlx(&x));
    weir_store_rlx(&y, 1);
}

static void
wrc_read(void)
{
    r(1, weir_load_acq(&y));
    r(2, weir_load_rlx(&x));
}

LITMUS(wrc, 3, ALLOW(0x000, 0x001, 0x010, 0x011, 0x100, 0x101, 0x111), iriw_w0,
       wrc_pass_rel, wrc_read);
LITMUS(wrc_rlx, 3,
       ALLOW(0x000, 0x001, 0x010, 0x011, 0x100, 0x101, 0x110, 0x111), iriw_w0,
       wrc_pass_rlx, wrc_read);

/* ISA2: x=1 -> y -> z, through two hands. */
static void
isa2_mid(void)
{
    r(0, weir_load_acq(&y));
    weir_store_rel(&z, 1);
}

static void
isa2_mid_rlx(void)
{
    r(0, weir_load_rlx(&y));
    weir_store_rel(&z, 1);
}

static void
isa2_end(void)
{
    r(1, weir_load_acq(&z));
    r(2, weir_load_rlx(&x));
}

LITMUS(isa2, 3, ALLOW(0x000, 0x001, 0x010, 0x011, 0x100, 0x101, 0x111), mp_rel,
       isa2_mid, isa2_end);
LITMUS(isa2_rlx, 3,
       ALLOW(0x000, 0x001, 0x010, 0x011, 0x100, 0x101, 0x110, 0x111), mp_rel,
       isa2_mid_rlx, isa2_end);

/* R: the last value of y is 2, and still x looks old? */
#define R_TEST(name, FENCE)                                                    \
    static void name##_0(void)                                                 \
    {                                                                          \
        weir_store_rlx(&x, 1);                                                 \
        FENCE;                                                                 \
        weir_store_rlx(&y, 1);                                                 \
    }                                                                          \
    static void name##_1(void)                                                 \
    {                                                                          \
        weir_store_rlx(&y, 2);                                                 \
        FENCE;                                                                 \
        r(0, weir_load_rlx(&x));                                               \
    }

static void
outcome_r(void)
{
    r(1, weir_load_rlx(&y));
    outcome(2);
}

R_TEST(r_rlx, (void)0)
R_TEST(r_fence, weir_fence_sc())
MC_SCENARIO(r_rlx, .threads = { r_rlx_0, r_rlx_1 }, .check = outcome_r, ALL,
            ALLOW(0x01, 0x02, 0x11, 0x12));
MC_SCENARIO(r_fence, .threads = { r_fence_0, r_fence_1 }, .check = outcome_r,
            ALL, ALLOW(0x01, 0x11, 0x12));

/* Release sequence: another thread's RMW carries it on, its store ends it. */
static void
rs_rmw(void)
{
    int one = 1;

    r(2, weir_cas_rlx(&y, &one, 2));
}

static void
rs_store(void)
{
    if (weir_load_rlx(&y) == 1) {
        r(2, 1);
        weir_store_rlx(&y, 2);
    }
}

static void
rs_own_store(void)
{
    weir_store_rlx(&x, 1);
    weir_store_rel(&y, 1);
    weir_store_rlx(&y, 2);
}

static void
rs_read(void)
{
    if (weir_load_acq(&y) == 2) {
        r(0, 1);
        r(1, weir_load_rlx(&x));
    }
}

LITMUS(relseq_rmw, 3, ALLOW(0x000, 0x001, 0x111), mp_rel, rs_rmw, rs_read);
LITMUS(relseq_store, 3, ALLOW(0x000, 0x001, 0x101, 0x111), mp_rel, rs_store,
       rs_read);
LITMUS(relseq_own_store, 2, ALLOW(0x00, 0x10, 0x11), rs_own_store, rs_read);

/* LB: never, by RC11's rule against cycles of program order and reads-from. */
static void
lb_0(void)
{
    r(0, weir_load_rlx(&x));
    weir_store_rlx(&y, 1);
}

static void
lb_1(void)
{
    r(1, weir_load_rlx(&y));
    weir_store_rlx(&x, 1);
}

LITMUS(lb, 2, ALLOW(0x00, 0x01, 0x10), lb_0, lb_1);

/* Two RMWs never read the same store, however relaxed. */
static void
rmw_add(void)
{
    (void)weir_fetch_add_rlx(&x, 1);
}

static void
outcome_x(void)
{
    mc_outcome((uint64_t)weir_load_rlx(&x));
}

MC_SCENARIO(rmw_atomic, .threads = { rmw_add, rmw_add, rmw_add },
            .check = outcome_x, ALL, ALLOW(3));

/* A failed CAS is a load: it may miss the newest store. */
static void
cas_old(void)
{
    int two = 2;

    r(0, weir_cas_rlx(&x, &two, 3));
    r(1, two);
}

LITMUS(cas_stale, 2, ALLOW(0x00, 0x01, 0x12), co_write, cas_old);

/* A weak CAS may fail although the value is there. */
static void
cas_weak(void)
{
    int zero = 0;

    r(0, weir_cas_weak_rlx(&x, &zero, 1));
}

LITMUS(cas_weak, 1, ALLOW(0, 1), cas_weak);
