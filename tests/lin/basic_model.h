/* SPDX-License-Identifier: MIT */
/*
 * lin/basic_model.h - models of a register and of the locks.
 *
 *   register  read -> value; write arg; cas arg = (expected << 16 | desired),
 *             OK or AGAIN
 *   lock      lock, try_lock (AGAIN: held at that instant), lock_until
 *             (TIMEOUT: held at some instant), unlock; the same for readers
 *             with r before it.  For a mutex use the writer's half
 */
#ifndef WEIR_TESTS_BASIC_MODEL_H
#define WEIR_TESTS_BASIC_MODEL_H

#include "lin.h"

enum register_code { REG_READ, REG_WRITE, REG_CAS };

enum lock_code {
    LOCK_LOCK,
    LOCK_TRY,
    LOCK_UNTIL,
    LOCK_UNLOCK,
    LOCK_RLOCK,
    LOCK_RTRY,
    LOCK_RUNTIL,
    LOCK_RUNLOCK
};

void register_model_init(struct lin_model *model, unsigned initial);
void lock_model_init(struct lin_model *model);

#endif
