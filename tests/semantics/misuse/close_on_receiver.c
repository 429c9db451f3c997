/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
int f(ints_receiver *c);
int
f(ints_receiver *c)
{
    return weir_close(c);
} /* only the sending side closes */
