/* SPDX-License-Identifier: MIT */
/*
 * model/backend.h - WEIR_ATOMIC_BACKEND of the model checker.
 *
 * Every access becomes a call with its address, size and site.  The order is
 * read from the site, so that one site can be weakened for a mutant.  Plain
 * accesses are not here: gcc's -fsanitize=thread instruments them, and the
 * checker implements the hooks.
 */
#ifndef MC_BACKEND_H
#define MC_BACKEND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Before the macros below, which replace its functions. */
#include <weir/cpu.h>

enum { MC_RLX = 0, MC_ACQ = 1, MC_REL = 2, MC_ACQREL = 3, MC_SC = 7 };
enum mc_rmw { MC_OP_add, MC_OP_sub, MC_OP_or, MC_OP_and, MC_OP_xchg };

struct mc_site {
    const char *file;
    const char *op;
    int line;
    uint8_t mo;
    uint8_t mo_fail; /* of a CAS */
    uint8_t mo_was;  /* as written, whatever a mutant did to it */
} __attribute__((aligned(32)));

uint64_t mc_load(const volatile void *p, int size, struct mc_site *site);
void mc_store(volatile void *p, uint64_t v, int size, struct mc_site *site);
uint64_t mc_fetch(volatile void *p, uint64_t v, int size, enum mc_rmw op,
                  struct mc_site *site);
bool mc_cas(volatile void *p, void *expected, uint64_t v, int size, bool weak,
            struct mc_site *site);
void mc_fence(struct mc_site *site);
void mc_copy(void *dst, const void *src, size_t n);
void mc_spin(void);
uint64_t mc_cycles(void);

#define MC_SITE(name, what, ok, fail)                                          \
    static struct mc_site __attribute__((section("mc_sites")))                 \
    name = { __FILE__, what, __LINE__, ok, fail, ok }

#define MC_VALUE(p, v) ((uint64_t)(uintptr_t)(__typeof__(*(p)))(v))

#define MC_PASTE(a, b) a##b
#define MC_NAME(n) MC_PASTE(mc_site_, n)

/* The site has a name of its own: arguments may hold accesses, too. */
#define MC_LOAD(s, p, mo)                                                      \
    __extension__({                                                            \
        MC_SITE(s, "load", mo, 0);                                             \
        (__typeof__(*(p)))(uintptr_t)mc_load(p, sizeof(*(p)), &s);             \
    })
#define MC_STORE(s, p, v, mo)                                                  \
    __extension__({                                                            \
        MC_SITE(s, "store", mo, 0);                                            \
        mc_store(p, MC_VALUE(p, v), sizeof(*(p)), &s);                         \
    })
#define MC_FETCH(s, p, v, mo, op, what)                                        \
    __extension__({                                                            \
        MC_SITE(s, what, mo, 0);                                               \
        (__typeof__(*(p)))(uintptr_t)mc_fetch(p, MC_VALUE(p, v), sizeof(*(p)), \
                                              op, &s);                         \
    })
#define MC_CAS(s, p, e, v, ok, fail, weak, what)                               \
    __extension__({                                                            \
        MC_SITE(s, what, ok, fail);                                            \
        mc_cas(p, e, MC_VALUE(p, v), sizeof(*(p)), weak, &s);                  \
    })
#define MC_FENCE(s, mo)                                                        \
    __extension__({                                                            \
        MC_SITE(s, "fence", mo, 0);                                            \
        mc_fence(&s);                                                          \
    })

#define WEIR_ATOMIC(T) T
#define WEIR_MO_RLX MC_RLX
#define WEIR_MO_ACQ MC_ACQ
#define WEIR_MO_REL MC_REL
#define WEIR_MO_ACQREL MC_ACQREL
#define WEIR_MO_SC MC_SC

#define WEIR_OP_LOAD(p, mo) MC_LOAD(MC_NAME(__COUNTER__), p, mo)
#define WEIR_OP_STORE(p, v, mo) MC_STORE(MC_NAME(__COUNTER__), p, v, mo)
#define WEIR_OP_XCHG(p, v, mo)                                                 \
    MC_FETCH(MC_NAME(__COUNTER__), p, v, mo, MC_OP_xchg, "xchg")
#define WEIR_OP_FETCH(op, p, v, mo)                                            \
    MC_FETCH(MC_NAME(__COUNTER__), p, v, mo, MC_OP_##op, #op)
#define WEIR_OP_CAS(p, e, v, ok, fail)                                         \
    MC_CAS(MC_NAME(__COUNTER__), p, e, v, ok, fail, false, "cas")
#define WEIR_OP_CAS_WEAK(p, e, v, ok, fail)                                    \
    MC_CAS(MC_NAME(__COUNTER__), p, e, v, ok, fail, true, "cas_weak")
#define WEIR_OP_FENCE(mo) MC_FENCE(MC_NAME(__COUNTER__), mo)
#define WEIR_OP_COPY(d, s, n) mc_copy(d, s, n)

/* A spin without a yield would run for ever on one fiber. */
#define weir_cpu_relax() mc_spin()
#define weir_cpu_cycles() mc_cycles()

#endif
