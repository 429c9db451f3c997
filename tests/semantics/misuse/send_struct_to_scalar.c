/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
struct pair {
    int a, b;
};
WEIR_CHAN(ints, int);
int f(ints *c);
int
f(ints *c)
{
    struct pair p = { 1, 2 };
    return weir_send(c, p);
} /* element type differs */
