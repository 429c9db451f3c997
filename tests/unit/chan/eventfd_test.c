/* SPDX-License-Identifier: MIT */
/* chan/eventfd_test.c - a channel's descriptor, as poll() sees it. */
#include "test.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>

#include "chan/chan.h"
#include "chan/eventfd.h"

static bool
is_readable(int fd)
{
    struct pollfd p = { fd, POLLIN, 0 };

    return poll(&p, 1, 0) == 1 && (p.revents & POLLIN) != 0;
}

static void
send(weir_chan *ch)
{
    const int64_t v = 1;

    EXPECT_OK(weir_chan_try_send(ch, &v));
}

static void
recv(weir_chan *ch)
{
    int64_t v;

    EXPECT_OK(weir_chan_try_recv(ch, &v));
}

TEST(readable_when_a_message_came_until_armed_again)
{
    weir_chan *ch = weir_chan_make(8, 2);
    const int fd = weir_chan_eventfd(ch, WEIR_CASE_RECV);

    ASSERT_TRUE(fd >= 0);
    EXPECT_EQ(weir_chan_eventfd(ch, WEIR_CASE_RECV), fd);
    EXPECT_FALSE(is_readable(fd));
    send(ch);
    EXPECT_TRUE(is_readable(fd));
    send(ch);
    recv(ch);
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV); /* one is left */
    EXPECT_TRUE(is_readable(fd));
    recv(ch);
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
    EXPECT_FALSE(is_readable(fd));
    EXPECT_OK(weir_chan_close(ch));
    EXPECT_TRUE(is_readable(fd));
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
    EXPECT_TRUE(is_readable(fd)); /* for ever */
    weir_chan_free(ch);
}

TEST(each_direction_has_its_own)
{
    weir_chan *ch = weir_chan_make(8, 1);
    const int r = weir_chan_eventfd(ch, WEIR_CASE_RECV);
    const int s = weir_chan_eventfd(ch, WEIR_CASE_SEND);

    ASSERT_TRUE(r >= 0 && s >= 0 && r != s);
    EXPECT_FALSE(is_readable(r));
    EXPECT_TRUE(is_readable(s));
    send(ch);
    weir_chan_eventfd_arm(ch, WEIR_CASE_SEND);
    EXPECT_TRUE(is_readable(r));
    EXPECT_FALSE(is_readable(s));
    recv(ch);
    EXPECT_TRUE(is_readable(s));
    weir_chan_free(ch);
}

TEST(free_closes_it_and_no_call_touches_errno)
{
    weir_chan *ch = weir_chan_make(8, 1);
    int fd;

    errno = 77;
    fd = weir_chan_eventfd(ch, WEIR_CASE_RECV);
    ASSERT_TRUE(fd >= 0);
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
    send(ch);
    weir_chan_free(ch);
    EXPECT_EQ(errno, 77);
    EXPECT_EQ(fcntl(fd, F_GETFD), -1);
}

/* A second firing while the first one's write is on its way. */
TEST(late_write_loses_no_readiness)
{
    weir_chan *ch = weir_chan_make(8, 1);
    const int fd = weir_chan_eventfd(ch, WEIR_CASE_RECV);
    struct wr_node *late;

    ASSERT_TRUE(fd >= 0);
    wr_lock_acquire(&ch->lock);
    late = chan_fire(ch, WEIR_CASE_RECV, NULL); /* as a sender does */
    wr_lock_release(&ch->lock);
    ASSERT_NOT_NULL(late);
    EXPECT_FALSE(is_readable(fd));
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
    send(ch);
    EXPECT_TRUE(is_readable(fd));
    recv(ch);
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
    chan_grant(late);
    EXPECT_TRUE(is_readable(fd)); /* one wake too many */
    weir_chan_eventfd_arm(ch, WEIR_CASE_RECV);
    EXPECT_FALSE(is_readable(fd));
    weir_chan_free(ch);
}

TEST(misuse_is_named)
{
    weir_chan *ch = weir_chan_make(8, 1);

    EXPECT_ABORT(EXPECT_OK(weir_chan_eventfd(NULL, WEIR_CASE_RECV)),
                 "channel: eventfd of NULL");
    EXPECT_ABORT(EXPECT_OK(weir_chan_eventfd(ch, 7)),
                 "neither receive nor send");
    EXPECT_ABORT(weir_chan_eventfd_arm(ch, WEIR_CASE_RECV),
                 "an eventfd that nobody asked for");
    weir_chan_free(ch);
}

struct stream {
    weir_chan *ch;
    int64_t n;
};

static void
send_all(void *arg, unsigned index)
{
    struct stream *s = arg;

    (void)index;
    for (int64_t v = 1; v <= s->n; v++)
        EXPECT_OK(weir_chan_send(s->ch, &v));
}

static void
receive_by_poll(struct stream *s, int64_t left)
{
    const int fd = weir_chan_eventfd(s->ch, WEIR_CASE_RECV);

    while (left > 0) {
        struct pollfd p = { fd, POLLIN, 0 };
        int64_t v;

        EXPECT_EQ(poll(&p, 1, -1), 1);
        while (left > 0 && weir_chan_try_recv(s->ch, &v) == WEIR_OK)
            left--;
        weir_chan_eventfd_arm(s->ch, WEIR_CASE_RECV);
    }
}

static void
run_stream(void *arg, unsigned index)
{
    struct stream *s = arg;

    if (index == 0)
        receive_by_poll(s, 2 * s->n);
    else
        send_all(s, index);
}

TEST(loop_over_poll_gets_every_message)
{
    for (size_t capacity = 0; capacity <= 2; capacity++) {
        struct stream s = { weir_chan_make(8, capacity),
                            (int64_t)test_rounds(3000) };

        test_threads(3, run_stream, &s);
        weir_chan_free(s.ch);
    }
}
