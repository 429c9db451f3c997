/* SPDX-License-Identifier: MIT */
/*
 * bars/pair_once.c - a million uncontended pairs and nothing else, for strace:
 * none of them may enter the kernel.
 */
#include <weir/chan.h>

#include <stdint.h>

int
main(void)
{
    weir_chan *ch = weir_chan_make(sizeof(uint64_t), 1024);
    uint64_t sum = 0;

    if (!ch)
        return 1;
    for (uint64_t i = 1; i <= 1000000; i++) {
        uint64_t got = 0;
        if (weir_chan_send(ch, &i) != WEIR_OK ||
            weir_chan_recv(ch, &got) != WEIR_OK)
            return 1;
        sum += got;
    }
    weir_chan_free(ch);
    return sum == 500000500000 ? 0 : 1;
}
