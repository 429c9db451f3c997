/* SPDX-License-Identifier: MIT */
/* pingpong.c - two threads and a ball: a rendezvous each way. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

WEIR_CHAN(balls, int);

struct table {
    balls *ping;
    balls *pong;
};

static void *
return_balls(void *arg)
{
    struct table *table = arg;
    int ball;

    weir_range(table->ping, &ball) {
        if (weir_send(table->pong, ball + 1) != WEIR_OK)
            break;
    }
    weir_close(table->pong);
    return NULL;
}

int
main(void)
{
    struct table table = { balls_make(0), balls_make(0) };
    pthread_t player;
    int ball = 0;

    if (table.ping == NULL || table.pong == NULL ||
        pthread_create(&player, NULL, return_balls, &table) != 0)
        return 1;
    while (ball < 10) {
        printf("ping %d\n", ball);
        if (weir_send(table.ping, ball) != WEIR_OK ||
            weir_recv(table.pong, &ball) != WEIR_OK)
            return 1;
        printf("pong %d\n", ball);
        ball++;
    }
    weir_close(table.ping);
    if (weir_recv(table.pong, &ball) == WEIR_CLOSED)
        printf("the other player has left\n");
    pthread_join(player, NULL);
    balls_free(table.ping);
    balls_free(table.pong);
    return 0;
}
