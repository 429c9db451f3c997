/* SPDX-License-Identifier: MIT */
/*
 * rings.c - every macro of the tier-1 headers, with elements of every kind:
 * each function of each compiles, without a warning, in every dialect.
 */
#include <weir/deque.h>
#include <weir/mpmc.h>
#include <weir/mpsc.h>
#include <weir/scq.h>
#include <weir/seqlock.h>
#include <weir/spmc.h>
#include <weir/spsc.h>

struct odd {
    char byte[13];
};

struct large {
    long word[32];
};

/* Qualifiers of a pointer to T must not fall upon what a T points to. */
#define RINGS(id, T)                                                           \
    WEIR_MPMC(mpmc_##id, T, 1);                                                \
    WEIR_MPSC(mpsc_##id, T, 3);                                                \
    WEIR_SPMC(spmc_##id, T, 5);                                                \
    WEIR_SPSC(spsc_##id, T, 7);                                                \
    WEIR_SCQ(scq_##id, T, 100);                                                \
    WEIR_SEQLOCK(seqlock_##id, T)

RINGS(char, char);
RINGS(odd, struct odd);
RINGS(large, struct large);
RINGS(pointer, struct odd *);
RINGS(text, const char *);

WEIR_DEQUE(deque_char, char, 1);
WEIR_DEQUE(deque_int, int, 2);
WEIR_DEQUE(deque_pointer, struct odd *, 256);
WEIR_DEQUE(deque_text, const char *, 4);

int
main(void)
{
    static mpmc_pointer q;
    static deque_pointer d;
    struct odd one;
    struct odd *in[1] = { &one };
    struct odd *out[1];
    struct odd **place;

    mpmc_pointer_init(&q);
    deque_pointer_init(&d);
    if (mpmc_pointer_try_push_n(&q, in, 1) != 1 ||
        mpmc_pointer_try_pop_n(&q, out, 1) != 1 || out[0] != &one)
        return 1;
    place = mpmc_pointer_try_reserve(&q);
    *place = &one;
    mpmc_pointer_commit(&q, place);
    if (!mpmc_pointer_poll_pop(&q, out) || !deque_pointer_try_push(&d, &one))
        return 1;
    return deque_pointer_try_steal(&d, out) && out[0] == &one ? 0 : 1;
}
