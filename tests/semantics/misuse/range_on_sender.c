/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
void f(ints_sender *c);
void
f(ints_sender *c)
{
    int v;
    weir_range(c, &v) {
    }
} /* nor be ranged over */
