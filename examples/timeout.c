/* SPDX-License-Identifier: MIT */
/* timeout.c - the three forms of a wait: for ever, never, until a limit. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

WEIR_CHAN(answers, int);

static void *
answer(void *arg)
{
    answers *ch = arg;

    return weir_send(ch, 42) == WEIR_OK ? NULL : arg;
}

int
main(void)
{
    answers *ch = answers_make(0);
    pthread_t oracle;
    int v = 0;

    if (ch == NULL)
        return 1;
    printf("at once: %s\n", weir_strerror(weir_try_recv(ch, &v)));
    printf("in 2 ms: %s\n",
           weir_strerror(weir_recv_until(ch, &v, weir_deadline(WEIR_MS(2)))));

    /* One limit for two waits: together they take at most a minute. */
    weir_limit limit = weir_deadline(WEIR_S(60));

    if (pthread_create(&oracle, NULL, answer, ch) != 0)
        return 1;
    printf("with an oracle: %s\n",
           weir_strerror(weir_recv_until(ch, &v, limit)));
    printf("the answer is %d\n", v);
    pthread_join(oracle, NULL);
    weir_close(ch);
    printf("after the close: %s\n",
           weir_strerror(weir_recv_until(ch, &v, limit)));
    answers_free(ch);
    return 0;
}
