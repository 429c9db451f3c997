/* SPDX-License-Identifier: MIT */
/* worker_pool.c - workers share one channel of jobs and one of results. */
#include <pthread.h>
#include <stdio.h>

#include <weir/weir.h>

enum { WORKERS = 4, JOBS = 1000 };

struct result {
    long number;
    long square;
};

WEIR_CHAN(jobs, long);
WEIR_CHAN(results, struct result);

static jobs *todo;
static results *done;

static void *
work(void *unused)
{
    long n;

    weir_range(todo, &n) {
        struct result r = { n, n * n };

        if (weir_send(done, r) != WEIR_OK)
            break;
    }
    return unused;
}

int
main(void)
{
    pthread_t workers[WORKERS];
    struct result r;
    long sum = 0;

    todo = jobs_make(16);
    done = results_make(JOBS); /* room for all: nobody waits for main */
    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&workers[i], NULL, work, NULL) != 0)
            return 1;
    for (long i = 1; i <= JOBS; i++)
        if (weir_send(todo, i) != WEIR_OK)
            return 1;
    weir_close(todo); /* no more jobs: the workers' loops end */
    for (int i = 0; i < WORKERS; i++)
        pthread_join(workers[i], NULL);
    weir_close(done);
    weir_range(done, &r)
        sum += r.square;
    printf("%d jobs, sum of squares %ld\n", JOBS, sum);
    jobs_free(todo);
    results_free(done);
    return 0;
}
