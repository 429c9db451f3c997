/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
int f(ints_sender *c);
int
f(ints_sender *c)
{
    int v;
    return weir_recv(c, &v);
} /* a send-only view cannot receive */
