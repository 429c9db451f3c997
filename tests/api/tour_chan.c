/* SPDX-License-Identifier: MIT */
/*
 * api/tour_chan.c - channels and select as their users should see them.
 *
 * The part of the acceptance tour that needs no tasks and no contexts: its
 * functions as they are, but for plain threads where it has tasks.  It must
 * build without a warning, print exactly tour_chan.expected, leak nothing and
 * be silent under ThreadSanitizer.
 */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <weir/weir.h>

struct job {
    int id;
    double x;
};
struct result {
    int id;
    double y;
};

WEIR_CHAN(jobs, struct job); /* jobs_make, jobs_send, jobs_recv, ... */
WEIR_CHAN(results, struct result);
WEIR_CHAN(ints, int);

/* 1. Channels: buffered, try, close, drain, range -------------------------- */

static void
channels(void)
{
    ints *ch = ints_make(4);
    int v = 99;

    for (int i = 1; i <= 4; i++)
        if (weir_send(ch, i) != WEIR_OK)
            printf("send failed\n");
    printf("len %zu cap %zu full %d\n", weir_len(ch), weir_cap(ch),
           weir_try_send(ch, 5) == WEIR_AGAIN);

    int first = weir_close(ch);
    int second = weir_close(ch);
    printf("first close %d, second %d\n", first == WEIR_OK,
           second == WEIR_CLOSED);
    printf("send on closed %d\n", weir_send(ch, 6) == WEIR_CLOSED);
    weir_range(ch, &v)
        printf("%d ", v);
    v = 99;
    int rc = weir_recv(ch, &v); /* closed and drained: zero-fills */
    printf("| drained: rc closed %d, value %d\n", rc == WEIR_CLOSED, v);
    ints_free(ch);

    ints *none = NULL; /* a nil channel: never ready, never an error */
    int now = weir_try_recv(none, &v);
    int later = weir_recv_until(none, &v, weir_deadline(WEIR_MS(5)));
    printf("nil: %d %d\n", now == WEIR_AGAIN, later == WEIR_TIMEOUT);
}

/* 2. Threads, mutex, views: a worker pool ---------------------------------- */

enum { WORKERS = 4 };

static weir_mutex mu = WEIR_MUTEX_INIT;
static int done_jobs;

struct worker_arg {
    jobs_receiver *in; /* receive-only view: sending on it does not compile */
    results_sender *out;
};

static void *
worker(void *arg)
{
    const struct worker_arg *a = arg;
    struct job j;

    weir_range(a->in, &j) {
        struct result r = { j.id, j.x * j.x };
        if (weir_send(a->out, r) != WEIR_OK)
            return NULL;
        WEIR_LOCKED(&mu)
        done_jobs++;
    }
    return NULL;
}

struct closer_arg {
    results *out;
    pthread_t workers[WORKERS];
};

static void *
closer(void *arg)
{
    const struct closer_arg *a = arg;

    for (int i = 0; i < WORKERS; i++)
        pthread_join(a->workers[i], NULL);
    if (weir_close(a->out) != WEIR_OK)
        printf("close failed\n");
    return NULL;
}

static void
worker_pool(void)
{
    jobs *in = jobs_make(8);
    results *out = results_make(0); /* rendezvous */
    struct worker_arg work = { jobs_as_receiver(in), results_as_sender(out) };
    struct closer_arg close = { .out = out };
    pthread_t closes;
    int sent = 0, got = 0, open = 1;
    double sum = 0;

    for (int i = 0; i < WORKERS; i++)
        if (pthread_create(&close.workers[i], NULL, worker, &work) != 0)
            return;
    if (pthread_create(&closes, NULL, closer, &close) != 0)
        return;

    while (open) {
        struct job j = { sent, (double)sent };
        struct result r;

        weir_select(s)
        {
            weir_on_send(s, sent < 100 ? in : (jobs *)NULL, &j)
            {
                if (++sent == 100 && weir_close(in) != WEIR_OK)
                    printf("close failed\n");
            }
            weir_on_recv(s, out, &r)
            {
                if (weir_ok(s)) { /* v, ok := <-out */
                    sum += r.y;
                    got++;
                } else {
                    open = 0;
                }
            }
            weir_on_deadline(s, weir_deadline(WEIR_S(20)))
            {
                printf("stuck\n");
                open = 0;
            }
        }
    }
    printf("pool: sent %d got %d done %d sum %.0f\n", sent, got, done_jobs,
           sum);
    jobs_free(in);
    results_free(out); /* safe although the closer may just be returning */
    pthread_join(closes, NULL);
}

/* 3. Select: default, deadline --------------------------------------------- */

static void
selects(void)
{
    ints *quiet = ints_make(0);
    int v;

    weir_select(s)
    {
        weir_on_recv(s, quiet, &v) printf("impossible\n");
        weir_on_default(s) printf("default\n");
    }
    weir_select(s)
    {
        weir_on_recv(s, quiet, &v) printf("impossible\n");
        weir_on_deadline(s, weir_deadline(WEIR_MS(5))) printf("timed out\n");
    }
    ints_free(quiet);
}

/* 5. A plain thread shares one channel ------------------------------------- */

static void *
plain_thread(void *arg)
{
    ints *ch = arg;
    int v, sum = 0;

    weir_range(ch, &v)
        sum += v;
    printf("thread: sum %d\n", sum);
    return NULL;
}

static void
threads(void)
{
    ints *ch = ints_make(0);
    pthread_t t;

    if (pthread_create(&t, NULL, plain_thread, ch) != 0)
        return;
    for (int i = 1; i <= 1000; i++)
        if (weir_send(ch, i) != WEIR_OK)
            printf("send failed\n");
    if (weir_close(ch) != WEIR_OK)
        printf("close failed\n");
    pthread_join(t, NULL);
    ints_free(ch);
}

int
main(void)
{
    channels();
    worker_pool();
    selects();
    threads();
    return 0;
}
