/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
int f(ints_receiver *c);
int
f(ints_receiver *c)
{
    return weir_send(c, 1);
} /* a receive-only view cannot send */
