/* SPDX-License-Identifier: MIT */
/*
 * weir/atomic.h - atomic fields and accesses, with the order in the name.
 *
 * The one file of weir that spells a memory order.  A field is declared
 * WEIR_ATOMIC(T); it has the size and alignment of T in C and in C++, so that
 * a structure has one layout in both.  Every access is one of
 *
 *     weir_load_{rlx,acq,sc}(p)
 *     weir_store_{rlx,rel}(p, v)
 *     weir_xchg_{rlx,acq,rel,acqrel,sc}(p, v)              -> old value
 *     weir_cas_{rlx,acq,rel,acqrel,sc}(p, &expected, v)    -> bool, strong
 *     weir_cas_weak_{rlx,acq,rel,acqrel}(p, &expected, v)  -> bool, may fail
 *     weir_fetch_{add,sub,or,and}_{rlx,acq,rel,acqrel}(p, v)  -> old value
 *     weir_fence_sc()
 *
 * A failed compare-and-swap loads with the acquire half of its order and
 * writes the value found to `expected`.  There is no fence that publishes
 * data: ThreadSanitizer does not understand fences, so publication uses REL
 * and ACQ accesses, and SC is for store-then-load (Dekker) edges only.
 *
 * weir_copy(dst, src, n) copies n bytes of plain shared memory that an
 * atomic access elsewhere orders (slot payloads).
 *
 * WEIR_ATOMIC_BACKEND names a header that replaces the primitives below: the
 * model checker and the chaos build compile the same sources with theirs.
 */
#ifndef WEIR_ATOMIC_H
#define WEIR_ATOMIC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(__linux__) || !defined(__LP64__)
#error "weir supports 64-bit Linux only"
#endif

#if defined(WEIR_ATOMIC_BACKEND)
#include WEIR_ATOMIC_BACKEND
#elif defined(__cplusplus)
/* Plain fields and the compiler's builtins: <stdatomic.h> is not C++ before
 * C++23, and mixing it with <atomic> fails in some pairs of compilers. */
#define WEIR_ATOMIC(T) T
#define WEIR_MO_RLX __ATOMIC_RELAXED
#define WEIR_MO_ACQ __ATOMIC_ACQUIRE
#define WEIR_MO_REL __ATOMIC_RELEASE
#define WEIR_MO_ACQREL __ATOMIC_ACQ_REL
#define WEIR_MO_SC __ATOMIC_SEQ_CST
#define WEIR_OP_LOAD(p, mo) __atomic_load_n(p, mo)
#define WEIR_OP_STORE(p, v, mo) __atomic_store_n(p, v, mo)
#define WEIR_OP_XCHG(p, v, mo) __atomic_exchange_n(p, v, mo)
#define WEIR_OP_CAS(p, e, v, ok, fail)                                         \
    __atomic_compare_exchange_n(p, e, v, false, ok, fail)
#define WEIR_OP_CAS_WEAK(p, e, v, ok, fail)                                    \
    __atomic_compare_exchange_n(p, e, v, true, ok, fail)
#define WEIR_OP_FETCH(op, p, v, mo) __atomic_fetch_##op(p, v, mo)
#define WEIR_OP_FENCE(mo) __atomic_thread_fence(mo)
#define WEIR_OP_COPY(d, s, n) ((void)memcpy(d, s, n))
#else
#include <stdatomic.h>
#define WEIR_ATOMIC(T) _Atomic(T)
#define WEIR_MO_RLX memory_order_relaxed
#define WEIR_MO_ACQ memory_order_acquire
#define WEIR_MO_REL memory_order_release
#define WEIR_MO_ACQREL memory_order_acq_rel
#define WEIR_MO_SC memory_order_seq_cst
#define WEIR_OP_LOAD(p, mo) atomic_load_explicit(p, mo)
#define WEIR_OP_STORE(p, v, mo) atomic_store_explicit(p, v, mo)
#define WEIR_OP_XCHG(p, v, mo) atomic_exchange_explicit(p, v, mo)
#define WEIR_OP_CAS(p, e, v, ok, fail)                                         \
    atomic_compare_exchange_strong_explicit(p, e, v, ok, fail)
#define WEIR_OP_CAS_WEAK(p, e, v, ok, fail)                                    \
    atomic_compare_exchange_weak_explicit(p, e, v, ok, fail)
#define WEIR_OP_FETCH(op, p, v, mo) atomic_fetch_##op##_explicit(p, v, mo)
#define WEIR_OP_FENCE(mo) atomic_thread_fence(mo)
#define WEIR_OP_COPY(d, s, n) ((void)memcpy(d, s, n))
#endif

#define weir_load_rlx(p) WEIR_OP_LOAD(p, WEIR_MO_RLX)
#define weir_load_acq(p) WEIR_OP_LOAD(p, WEIR_MO_ACQ)
#define weir_load_sc(p) WEIR_OP_LOAD(p, WEIR_MO_SC)

#define weir_store_rlx(p, v) WEIR_OP_STORE(p, v, WEIR_MO_RLX)
#define weir_store_rel(p, v) WEIR_OP_STORE(p, v, WEIR_MO_REL)

#define weir_xchg_rlx(p, v) WEIR_OP_XCHG(p, v, WEIR_MO_RLX)
#define weir_xchg_acq(p, v) WEIR_OP_XCHG(p, v, WEIR_MO_ACQ)
#define weir_xchg_rel(p, v) WEIR_OP_XCHG(p, v, WEIR_MO_REL)
#define weir_xchg_acqrel(p, v) WEIR_OP_XCHG(p, v, WEIR_MO_ACQREL)
#define weir_xchg_sc(p, v) WEIR_OP_XCHG(p, v, WEIR_MO_SC)

#define weir_cas_rlx(p, e, v) WEIR_OP_CAS(p, e, v, WEIR_MO_RLX, WEIR_MO_RLX)
#define weir_cas_acq(p, e, v) WEIR_OP_CAS(p, e, v, WEIR_MO_ACQ, WEIR_MO_ACQ)
#define weir_cas_rel(p, e, v) WEIR_OP_CAS(p, e, v, WEIR_MO_REL, WEIR_MO_RLX)
#define weir_cas_acqrel(p, e, v)                                               \
    WEIR_OP_CAS(p, e, v, WEIR_MO_ACQREL, WEIR_MO_ACQ)
#define weir_cas_sc(p, e, v) WEIR_OP_CAS(p, e, v, WEIR_MO_SC, WEIR_MO_SC)

#define weir_cas_weak_rlx(p, e, v)                                             \
    WEIR_OP_CAS_WEAK(p, e, v, WEIR_MO_RLX, WEIR_MO_RLX)
#define weir_cas_weak_acq(p, e, v)                                             \
    WEIR_OP_CAS_WEAK(p, e, v, WEIR_MO_ACQ, WEIR_MO_ACQ)
#define weir_cas_weak_rel(p, e, v)                                             \
    WEIR_OP_CAS_WEAK(p, e, v, WEIR_MO_REL, WEIR_MO_RLX)
#define weir_cas_weak_acqrel(p, e, v)                                          \
    WEIR_OP_CAS_WEAK(p, e, v, WEIR_MO_ACQREL, WEIR_MO_ACQ)

#define weir_fetch_add_rlx(p, v) WEIR_OP_FETCH(add, p, v, WEIR_MO_RLX)
#define weir_fetch_add_acq(p, v) WEIR_OP_FETCH(add, p, v, WEIR_MO_ACQ)
#define weir_fetch_add_rel(p, v) WEIR_OP_FETCH(add, p, v, WEIR_MO_REL)
#define weir_fetch_add_acqrel(p, v) WEIR_OP_FETCH(add, p, v, WEIR_MO_ACQREL)
#define weir_fetch_sub_rlx(p, v) WEIR_OP_FETCH(sub, p, v, WEIR_MO_RLX)
#define weir_fetch_sub_acq(p, v) WEIR_OP_FETCH(sub, p, v, WEIR_MO_ACQ)
#define weir_fetch_sub_rel(p, v) WEIR_OP_FETCH(sub, p, v, WEIR_MO_REL)
#define weir_fetch_sub_acqrel(p, v) WEIR_OP_FETCH(sub, p, v, WEIR_MO_ACQREL)
#define weir_fetch_or_rlx(p, v) WEIR_OP_FETCH(or, p, v, WEIR_MO_RLX)
#define weir_fetch_or_acq(p, v) WEIR_OP_FETCH(or, p, v, WEIR_MO_ACQ)
#define weir_fetch_or_rel(p, v) WEIR_OP_FETCH(or, p, v, WEIR_MO_REL)
#define weir_fetch_or_acqrel(p, v) WEIR_OP_FETCH(or, p, v, WEIR_MO_ACQREL)
#define weir_fetch_and_rlx(p, v) WEIR_OP_FETCH(and, p, v, WEIR_MO_RLX)
#define weir_fetch_and_acq(p, v) WEIR_OP_FETCH(and, p, v, WEIR_MO_ACQ)
#define weir_fetch_and_rel(p, v) WEIR_OP_FETCH(and, p, v, WEIR_MO_REL)
#define weir_fetch_and_acqrel(p, v) WEIR_OP_FETCH(and, p, v, WEIR_MO_ACQREL)

#define weir_fence_sc() WEIR_OP_FENCE(WEIR_MO_SC)

#define weir_copy(d, s, n) WEIR_OP_COPY(d, s, n)

#endif
