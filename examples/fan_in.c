/* SPDX-License-Identifier: MIT */
/* fan_in.c - several producers, one channel; the last one turns off the light:
 * only senders close, and none of them may while another still sends. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

enum { PRODUCERS = 4, EACH = 250 };

WEIR_CHAN(numbers, int);

static numbers_sender *merged;
static WEIR_ATOMIC(int) producing;

static void *
produce(void *arg)
{
    const int first = *(const int *)arg;

    for (int i = 0; i < EACH; i++)
        if (weir_send(merged, first + i) != WEIR_OK)
            break;
    if (weir_fetch_sub_acqrel(&producing, 1) == 1)
        weir_close(merged);
    return NULL;
}

int
main(void)
{
    numbers *ch = numbers_make(8);
    pthread_t producers[PRODUCERS];
    int first[PRODUCERS];
    int v, count = 0, sum = 0;

    if (ch == NULL)
        return 1;
    merged = numbers_as_sender(ch);
    weir_store_rlx(&producing, PRODUCERS);
    for (int i = 0; i < PRODUCERS; i++) {
        first[i] = i * EACH;
        if (pthread_create(&producers[i], NULL, produce, &first[i]) != 0)
            return 1;
    }
    weir_range(ch, &v) {
        count++;
        sum += v;
    }
    printf("%d numbers, sum %d\n", count, sum);
    for (int i = 0; i < PRODUCERS; i++)
        pthread_join(producers[i], NULL);
    numbers_free(ch);
    return 0;
}
