/* SPDX-License-Identifier: MIT */
/*
 * lin/ref_ring.h - a stamped ring, right; and with one thing wrong.
 */
#ifndef WEIR_TESTS_REF_RING_H
#define WEIR_TESTS_REF_RING_H

#include "ring_drive.h"

enum ref_ring_bug {
    REF_RING_RIGHT,
    REF_RING_STAMP_EMPTY, /* empty by the stamp alone: Vyukov's own */
    REF_RING_STAMP_FULL,  /* full by the stamp alone */
    REF_RING_FREE_EARLY   /* a slot is freed before it is read */
};

const struct ring_ops *ref_ring_ops(enum ref_ring_bug bug);

#endif
