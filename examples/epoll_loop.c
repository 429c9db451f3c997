/* SPDX-License-Identifier: MIT */
/*
 * A channel in a foreign event loop: epoll waits for the channel's descriptor
 * as for any other.  Here the other one is a pipe.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include <weir/weir.h>

WEIR_CHAN(ints, int);

enum { MESSAGES = 1000 };

static ints *numbers;
static int lines[2];

static void *
produce(void *unused)
{
    (void)unused;
    for (int i = 1; i <= MESSAGES; i++)
        if (weir_send(numbers, i) != WEIR_OK)
            abort();
    (void)weir_close(numbers);
    if (write(lines[1], "bye", 4) != 4)
        abort();
    return NULL;
}

static void
watch(int loop, int fd)
{
    struct epoll_event interest = { .events = EPOLLIN };

    interest.data.fd = fd;
    if (epoll_ctl(loop, EPOLL_CTL_ADD, fd, &interest) != 0)
        abort();
}

/* Drain, then arm: false at the end. */
static bool
on_numbers(long *sum)
{
    int v;
    int status = weir_try_recv(numbers, &v);

    for (; status == WEIR_OK; status = weir_try_recv(numbers, &v))
        *sum += v;
    if (status == WEIR_CLOSED)
        return false;
    weir_chan_eventfd_arm(ints_as_chan(numbers), WEIR_CASE_RECV);
    return true;
}

static bool
on_line(char *line)
{
    return read(lines[0], line, 4) != 4;
}

int
main(void)
{
    const int loop = epoll_create1(EPOLL_CLOEXEC);
    bool more_numbers = true;
    bool more_lines = true;
    char line[4] = "";
    long sum = 0;
    pthread_t producer;
    int fd;

    numbers = ints_make(16);
    if (numbers == NULL || pipe(lines) != 0 || loop < 0)
        abort();
    fd = weir_chan_eventfd(ints_as_chan(numbers), WEIR_CASE_RECV);
    watch(loop, fd);
    watch(loop, lines[0]);
    if (pthread_create(&producer, NULL, produce, NULL) != 0)
        abort();
    while (more_numbers || more_lines) {
        struct epoll_event event;

        if (epoll_wait(loop, &event, 1, -1) != 1)
            continue; /* a signal */
        if (event.data.fd == fd)
            more_numbers = on_numbers(&sum);
        else
            more_lines = on_line(line);
        if (!more_numbers && event.data.fd == fd)
            (void)epoll_ctl(loop, EPOLL_CTL_DEL, fd, NULL);
    }
    (void)pthread_join(producer, NULL);
    printf("sum of 1 to %d: %ld, then: %s\n", MESSAGES, sum, line);
    ints_free(numbers);
    return 0;
}
