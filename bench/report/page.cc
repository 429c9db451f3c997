// SPDX-License-Identifier: MIT
/*
 * report/page.cc - the page of a result, by a tool beside this program.
 *
 * tools/bench and the bundle name that tool; they could run it themselves, but
 * then this program would not be the process that a scheduler started and
 * signals.
 */
#include "report/report.h"

#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

namespace bench
{

/* The exit status of "tool file", or -1. */
static int
run_tool(const char *tool, const char *file)
{
    int status = -1;

    fflush(nullptr);
    const pid_t pid = fork();
    if (pid == 0) {
        execl(tool, tool, file, static_cast<char *>(nullptr));
        _exit(127);
    }
    while (pid > 0 && waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return -1;
    return pid > 0 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void
make_page(const std::string &file)
{
    const char *tool = getenv("WEIR_REPORT");

    if (!tool || !*tool || file.empty())
        return;
    if (run_tool(tool, file.c_str()) != 0)
        fprintf(stderr,
                "weir-bench: no page was made; where there is python3: "
                "tools/report '%s'\n",
                file.c_str());
}

} // namespace bench
