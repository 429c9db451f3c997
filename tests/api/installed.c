/* SPDX-License-Identifier: MIT */
/* installed.c - the smallest program of a user, C and C++: installed.sh. */
#include <weir/weir.h>

#include <stdio.h>

int
main(void)
{
    weir_chan *ch = weir_chan_make(sizeof(int), 1);
    int sent = 42;
    int got = 0;

    if (ch == NULL)
        return 1;
    if (weir_chan_send(ch, &sent) != WEIR_OK ||
        weir_chan_recv(ch, &got) != WEIR_OK || weir_chan_close(ch) != WEIR_OK ||
        weir_chan_recv(ch, &got) != WEIR_CLOSED)
        return 1;
    weir_chan_free(ch);
    printf("%s\n", weir_strerror(WEIR_CLOSED));
    return 0;
}
