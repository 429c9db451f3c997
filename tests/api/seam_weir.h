/* SPDX-License-Identifier: MIT */
/*
 * seam_weir.h - a fast path through weir's seam; seam_plain.h has the same by
 * hand in C11.  tests/api/seam.py compares what compilers make of the two.
 */
#include <weir/atomic.h>
#include <weir/cpu.h>

struct slot {
    WEIR_ATOMIC(uint64_t) stamp;
    uint64_t message;
};

struct queue {
    WEIR_ATOMIC(uint64_t) tail;
    WEIR_ATOMIC(uint32_t) state;
    WEIR_ATOMIC(int) waiting;
    struct slot slots[8];
};

/* The send of a bounded queue: a look, a claim, a copy, a publication. */
int
send_fast(struct queue *q, uint64_t message)
{
    uint64_t t = weir_load_acq(&q->tail);

    for (;;) {
        struct slot *slot = &q->slots[t & 7];

        if (weir_load_acq(&slot->stamp) != t)
            return 0;
        if (weir_cas_weak_acqrel(&q->tail, &t, t + 1)) {
            weir_copy(&slot->message, &message, sizeof(message));
            weir_store_rel(&slot->stamp, t + 1);
            return 1;
        }
        weir_cpu_relax();
    }
}

/* The other kinds of access, each once. */
uint32_t
touch(struct queue *q)
{
    uint32_t seen = 0;

    if (weir_cas_acq(&q->state, &seen, 1u))
        return weir_xchg_rel(&q->state, 2u);
    weir_store_rlx(&q->waiting, 1);
    weir_fence_sc();
    seen += weir_load_rlx(&q->state) + weir_load_sc(&q->state);
    seen += weir_fetch_add_rlx(&q->state, 1u);
    seen += weir_fetch_sub_acqrel(&q->state, 2u);
    seen += weir_fetch_or_acq(&q->state, 4u);
    seen += weir_fetch_and_rel(&q->state, ~8u);
    return seen + weir_xchg_sc(&q->state, 0u);
}
