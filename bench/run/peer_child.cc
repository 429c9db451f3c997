// SPDX-License-Identifier: MIT
/*
 * run/peer_child.cc - starting, asking and ending a peer's process.
 *
 * Its standard input and output are one end of a socket pair, not pipes: a
 * line to a dead child is then an error to us and no signal.  Its standard
 * error goes nowhere, so that no peer writes into our report.
 */
#include "run/peer_child.h"

#include "measure/clock.h"
#include "measure/noise.h"
#include "run/peer_line.h"
#include "run/stop.h"

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace bench
{

constexpr int exec_failed = 127;

/* Between fork and exec: plain system calls only. */
[[noreturn]] static void
become(const char *path, int socket, const cpu_set_t *cpus)
{
    char *const arguments[] = { const_cast<char *>(path), nullptr };
    const int nowhere = open("/dev/null", O_WRONLY);

    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    (void)setpgid(0, 0);
    if (CPU_COUNT(cpus) > 0)
        (void)sched_setaffinity(0, sizeof *cpus, cpus);
    if (dup2(socket, STDIN_FILENO) < 0 || dup2(socket, STDOUT_FILENO) < 0 ||
        (nowhere >= 0 && dup2(nowhere, STDERR_FILENO) < 0)) /* bare roots */
        _exit(exec_failed);
    execv(path, arguments);
    _exit(exec_failed);
}

PeerChild::PeerChild(const std::string &path, const std::vector<int> &cpus)
{
    int ends[2];
    cpu_set_t bound;

    CPU_ZERO(&bound);
    for (int cpu : cpus)
        if (cpu >= 0 && cpu < CPU_SETSIZE)
            CPU_SET(cpu, &bound);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        die(exit_failed, "no socket pair can be made");
    fflush(nullptr);
    pid_ = fork();
    if (pid_ < 0)
        die(exit_failed, "no process can be made");
    if (pid_ == 0)
        become(path.c_str(), ends[1], &bound);
    own_child(pid_);
    (void)setpgid(pid_, pid_); /* whoever comes first */
    close(ends[1]);
    socket_ = ends[0];
}

PeerChild::~PeerChild()
{
    (void)stop();
}

/* It ends by itself when its input does, or had ended; some moments for that,
 * because its own status says more than our signal. */
static bool
ended_alone(pid_t pid, int &status)
{
    for (int i = 0; i < 20; i++) {
        if (waitpid(pid, &status, WNOHANG) == pid)
            return true;
        sleep_until_ns(now_ns() + 1000000);
    }
    return false;
}

std::string
PeerChild::stop()
{
    int status = 0;

    if (pid_ <= 0)
        return "was ended before";
    close(socket_);
    const bool alone = ended_alone(pid_, status);
    kill(-pid_, SIGKILL); /* and what it may have started */
    if (!alone)
        waitpid(pid_, nullptr, 0);
    child_reaped(pid_);
    pid_ = -1;
    if (!alone)
        return "had to be ended";
    if (WIFSIGNALED(status))
        return "ended by signal " + std::to_string(WTERMSIG(status));
    if (WEXITSTATUS(status) == exec_failed)
        return "could not be started";
    return "ended with status " + std::to_string(WEXITSTATUS(status));
}

bool
PeerChild::say(const std::string &line)
{
    const std::string text = line + "\n";

    return send(socket_, text.data(), text.size(),
                MSG_NOSIGNAL | MSG_DONTWAIT) ==
           static_cast<ssize_t>(text.size());
}

bool
PeerChild::take_line(std::string &line)
{
    const size_t end = heard_.find('\n');

    if (end == std::string::npos)
        return false;
    line = heard_.substr(0, end);
    heard_.erase(0, end + 1);
    return true;
}

PeerChild::Heard
PeerChild::hear(std::string &line, int64_t until_ns)
{
    char piece[4096];

    while (!take_line(line)) {
        if (heard_.size() > peer_line_max)
            return Heard::noise;
        const int64_t left_ms = (until_ns - now_ns()) / 1000000;
        pollfd waited = { socket_, POLLIN, 0 };
        if (left_ms <= 0)
            return Heard::silence;
        const int step = static_cast<int>(std::min<int64_t>(left_ms, 1000));
        const int ready = poll(&waited, 1, step);
        leave_if_interrupted();
        if (ready <= 0)
            continue;
        const ssize_t got = recv(socket_, piece, sizeof piece, MSG_DONTWAIT);
        if (got == 0)
            return Heard::end;
        if (got > 0)
            heard_.append(piece, static_cast<size_t>(got));
        else if (errno != EAGAIN && errno != EINTR)
            return Heard::end;
    }
    return line.size() > peer_line_max ? Heard::noise : Heard::line;
}

bool
PeerChild::talks_unasked()
{
    pollfd waited = { socket_, POLLIN, 0 };
    char byte;

    if (!heard_.empty())
        return true;
    return poll(&waited, 1, 0) > 0 &&
           recv(socket_, &byte, 1, MSG_DONTWAIT | MSG_PEEK) > 0;
}

} // namespace bench
