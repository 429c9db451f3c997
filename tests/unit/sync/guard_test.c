/* SPDX-License-Identifier: MIT */
/* sync/guard_test.c - the statements in C. */
#include "guard_cases.h"
