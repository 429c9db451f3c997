// SPDX-License-Identifier: MIT
/* run/apart.cc - a contender in a child process with a time limit. */
#include "run/apart.h"

#include "measure/clock.h"
#include "run/stop.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>

namespace bench
{

static bool
write_all(int out, const void *data, size_t bytes)
{
    const char *at = static_cast<const char *>(data);

    while (bytes > 0) {
        const ssize_t written = write(out, at, bytes);
        if (written <= 0)
            return false;
        at += written;
        bytes -= static_cast<size_t>(written);
    }
    return true;
}

/* Interrupts are the parent's business: this process dies of them. */
[[noreturn]] static void
child(int out, const Contender &contender, int64_t window_ns)
{
    for (int number : { SIGINT, SIGTERM, SIGHUP })
        signal(number, SIG_DFL);
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    const Sample sample = contender.measure(window_ns);
    const Figures &figures = sample;
    const uint64_t buckets = sample.hist.size();
    const bool whole =
        write_all(out, &figures, sizeof figures) &&
        write_all(out, &buckets, sizeof buckets) &&
        write_all(out, sample.hist.data(), buckets * sizeof sample.hist[0]);

    _exit(whole ? 0 : 1);
}

/* Waits for the child's next bytes; interrupts of this process end it. */
static bool
read_all(int in, void *data, size_t bytes, int64_t until_ns)
{
    char *at = static_cast<char *>(data);

    while (bytes > 0) {
        const int64_t left_ms = (until_ns - now_ns()) / 1000000;
        pollfd waited = { in, POLLIN, 0 };
        if (left_ms <= 0)
            return false;
        const int ready = poll(&waited, 1, static_cast<int>(left_ms));
        leave_if_interrupted();
        if (ready <= 0)
            continue;
        const ssize_t got = read(in, at, bytes);
        if (got <= 0)
            return false;
        at += got;
        bytes -= static_cast<size_t>(got);
    }
    return true;
}

static bool
read_sample(int in, Sample &sample, int64_t until_ns)
{
    Figures &figures = sample;
    uint64_t buckets = 0;

    if (!read_all(in, &figures, sizeof figures, until_ns) ||
        !read_all(in, &buckets, sizeof buckets, until_ns) ||
        buckets > Hist::buckets)
        return false;
    sample.hist.resize(buckets);
    return read_all(in, sample.hist.data(), buckets * sizeof sample.hist[0],
                    until_ns);
}

Sample
measure_apart(const Contender &contender, int64_t window_ns)
{
    Sample sample;
    int ends[2];

    if (pipe(ends) != 0)
        die(exit_failed, "no pipe can be made");
    fflush(nullptr);
    const pid_t pid = fork();
    if (pid < 0)
        die(exit_failed, "no process can be made");
    if (pid == 0) {
        close(ends[0]);
        child(ends[1], contender, window_ns);
    }
    close(ends[1]);
    if (!read_sample(ends[0], sample, now_ns() + window_ns + apart_limit_ns)) {
        sample = Sample();
        sample.reason = Void::timed_out;
    }
    close(ends[0]);
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    return sample;
}

} // namespace bench
