/* SPDX-License-Identifier: MIT */
/*
 * lin/ref_chan.h - a channel of one mutex and one condition variable, right;
 * and the same with one thing wrong.
 */
#ifndef WEIR_TESTS_REF_CHAN_H
#define WEIR_TESTS_REF_CHAN_H

#include "chan_drive.h"

enum ref_bug {
    REF_RIGHT,
    REF_STALE_EMPTY,   /* try_recv believes a count that is stored unlocked */
    REF_STALE_FULL,    /* try_send does */
    REF_STALE_LEN,     /* len does */
    REF_LIFO,          /* the last of three or more goes first */
    REF_TWICE,         /* the first is looked at unlocked, then taken */
    REF_TORN,          /* the message is copied out after the unlock */
    REF_ONE_MORE,      /* capacity + 1 */
    REF_TIMEOUT_TAKES, /* a receive that times out takes a message */
    REF_TIMEOUT_SENDS, /* a send that times out leaves its message */
    REF_TIMEOUT_BLIND, /* a deadline that has passed: does not look */
    REF_CLOSED_EARLY,  /* a receive says CLOSED before it is drained */
    REF_CLOSED_LATE,   /* a blocked send does not see the close */
    REF_CLOSE_DROPS,   /* close empties the queue */
    REF_CLOSE_TWICE,   /* two closes, both OK */
    REF_CLOSED_DIRTY,  /* CLOSED without filling with zeros */
    REF_NO_RENDEZVOUS, /* capacity 0: the send does not wait for a receive */
    REF_BUGS
};

/* The operations of the channel with this bug; one at a time. */
const struct chan_ops *ref_chan_ops(enum ref_bug bug);

const char *ref_bug_name(enum ref_bug bug);

/* A capacity at which the bug can show. */
unsigned ref_bug_capacity(enum ref_bug bug);

#endif
