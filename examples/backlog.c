/* SPDX-License-Identifier: MIT */
/* backlog.c - workers that report and never wait for who writes the reports
 * down: an unbounded channel; with a quota, a backlog that has an end. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

enum { WORKERS = 4, REPORTS = 5000, KEPT = 1000 };

typedef struct report {
    int worker, number;
} report;

WEIR_CHAN(reports, report);

static reports *all;  /* grows as it has to */
static reports *some; /* up to KEPT; the others are refused */

static void *
work(void *arg)
{
    const int worker = *(int *)arg;

    for (int i = 0; i < REPORTS; i++) {
        const report r = { worker, i };

        if (weir_send(all, r) != WEIR_OK)
            return NULL;
        if (weir_try_send(some, r) == WEIR_CLOSED)
            return NULL;
    }
    return arg;
}

static long
drain(reports *ch, long *sum)
{
    int next[WORKERS] = { 0 };
    long count = 0;
    report r;

    weir_close(ch);
    while (weir_recv(ch, &r) == WEIR_OK) {
        if (r.number < next[r.worker])
            printf("out of order\n");
        next[r.worker] = r.number + 1;
        *sum += r.number;
        count++;
    }
    return count;
}

int
main(void)
{
    const weir_chan_options quota = { .quota = KEPT };
    pthread_t worker[WORKERS];
    int name[WORKERS];
    long sum = 0, unused = 0;

    all = reports_make(WEIR_UNBOUNDED);
    some = reports_make_with(WEIR_UNBOUNDED, &quota);
    if (all == NULL || some == NULL)
        return 1;
    for (int i = 0; i < WORKERS; i++) {
        name[i] = i;
        if (pthread_create(&worker[i], NULL, work, &name[i]) != 0)
            return 1;
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(worker[i], NULL); /* nobody has received anything yet */
    printf("%ld reports, ", drain(all, &sum));
    printf("sum %ld; ", sum);
    printf("%ld kept\n", drain(some, &unused));
    reports_free(all);
    reports_free(some);
    return 0;
}
