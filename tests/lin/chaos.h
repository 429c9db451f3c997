/* SPDX-License-Identifier: MIT */
/*
 * lin/chaos.h - a backend of <weir/atomic.h> that dawdles before every access.
 *
 * The library's own sources, compiled with this and linked with chaos.c, stop
 * inside their operations as they would if preempted there.  The yields are
 * chaos: nothing waits for them.
 */
#ifndef WEIR_TESTS_LIN_CHAOS_H
#define WEIR_TESTS_LIN_CHAOS_H

#include <stdatomic.h>

void lin_chaos(void);

#define WEIR_ATOMIC(T) _Atomic(T)
#define WEIR_MO_RLX memory_order_relaxed
#define WEIR_MO_ACQ memory_order_acquire
#define WEIR_MO_REL memory_order_release
#define WEIR_MO_ACQREL memory_order_acq_rel
#define WEIR_MO_SC memory_order_seq_cst
#define WEIR_OP_LOAD(p, mo) (lin_chaos(), atomic_load_explicit(p, mo))
#define WEIR_OP_STORE(p, v, mo) (lin_chaos(), atomic_store_explicit(p, v, mo))
#define WEIR_OP_XCHG(p, v, mo) (lin_chaos(), atomic_exchange_explicit(p, v, mo))
#define WEIR_OP_CAS(p, e, v, ok, fail)                                         \
    (lin_chaos(), atomic_compare_exchange_strong_explicit(p, e, v, ok, fail))
#define WEIR_OP_CAS_WEAK(p, e, v, ok, fail)                                    \
    (lin_chaos(), atomic_compare_exchange_weak_explicit(p, e, v, ok, fail))
#define WEIR_OP_FETCH(op, p, v, mo)                                            \
    (lin_chaos(), atomic_fetch_##op##_explicit(p, v, mo))
#define WEIR_OP_FENCE(mo) atomic_thread_fence(mo)
#define WEIR_OP_COPY(d, s, n) (lin_chaos(), (void)memcpy(d, s, n))

#endif
