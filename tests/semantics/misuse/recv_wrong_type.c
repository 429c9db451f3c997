/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
int f(ints *c);
int
f(ints *c)
{
    double d;
    return weir_recv(c, &d);
} /* element type differs */
