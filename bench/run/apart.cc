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

[[noreturn]] static void
child(int out, const Contender &contender, int64_t window_ns)
{
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    const Sample sample = contender.measure(window_ns);
    const ssize_t written = write(out, &sample, sizeof sample);

    _exit(written == static_cast<ssize_t>(sizeof sample) ? 0 : 1);
}

/* Waits for the child's sample; interrupts of this process do not count. */
static bool
read_sample(int in, Sample &sample, int64_t until_ns)
{
    for (;;) {
        const int64_t left_ms = (until_ns - now_ns()) / 1000000;
        if (left_ms <= 0)
            return false;
        pollfd waited = { in, POLLIN, 0 };
        const int ready = poll(&waited, 1, static_cast<int>(left_ms));
        leave_if_interrupted();
        if (ready > 0)
            return read(in, &sample, sizeof sample) ==
                   static_cast<ssize_t>(sizeof sample);
    }
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
