/* SPDX-License-Identifier: MIT */
/*
 * seam_plain.h - seam_weir.h by hand, in C11's own words (the one file besides
 * the seam itself that spells memory orders).
 */
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <weir/cpu.h>

struct slot {
    _Atomic(uint64_t) stamp;
    uint64_t message;
};

struct queue {
    _Atomic(uint64_t) tail;
    _Atomic(uint32_t) state;
    _Atomic(int) waiting;
    struct slot slots[8];
};

/* How a message is published: the control makes it stronger. */
#ifndef PUBLISH
#define PUBLISH memory_order_release
#endif

int
send_fast(struct queue *q, uint64_t message)
{
    uint64_t t = atomic_load_explicit(&q->tail, memory_order_acquire);

    for (;;) {
        struct slot *slot = &q->slots[t & 7];

        if (atomic_load_explicit(&slot->stamp, memory_order_acquire) != t)
            return 0;
        if (atomic_compare_exchange_weak_explicit(&q->tail, &t, t + 1,
                                                  memory_order_acq_rel,
                                                  memory_order_acquire)) {
            memcpy(&slot->message, &message, sizeof(message));
            atomic_store_explicit(&slot->stamp, t + 1, PUBLISH);
            return 1;
        }
        weir_cpu_relax();
    }
}

uint32_t
touch(struct queue *q)
{
    uint32_t seen = 0;

    if (atomic_compare_exchange_strong_explicit(
            &q->state, &seen, 1u, memory_order_acquire, memory_order_acquire))
        return atomic_exchange_explicit(&q->state, 2u, memory_order_release);
    atomic_store_explicit(&q->waiting, 1, memory_order_relaxed);
    atomic_thread_fence(memory_order_seq_cst);
    seen += atomic_load_explicit(&q->state, memory_order_relaxed) +
            atomic_load_explicit(&q->state, memory_order_seq_cst);
    seen += atomic_fetch_add_explicit(&q->state, 1u, memory_order_relaxed);
    seen += atomic_fetch_sub_explicit(&q->state, 2u, memory_order_acq_rel);
    seen += atomic_fetch_or_explicit(&q->state, 4u, memory_order_acquire);
    seen += atomic_fetch_and_explicit(&q->state, ~8u, memory_order_release);
    return seen + atomic_exchange_explicit(&q->state, 0u, memory_order_seq_cst);
}
