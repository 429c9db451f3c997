/* SPDX-License-Identifier: MIT */
#include <weir/weir.h>
WEIR_CHAN(ints, int);
void f(ints_sender *c);
void
f(ints_sender *c)
{
    int v;
    weir_select(s)
    {
        weir_on_recv(s, c, &v)
        {
        }
    }
}
