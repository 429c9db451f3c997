/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
void f(ints_receiver *c);
void
f(ints_receiver *c)
{
    int v = 1;
    weir_select(s)
    {
        weir_on_send(s, c, &v)
        {
        }
    }
}
