// SPDX-License-Identifier: MIT
/* run/stop.cc - early ends. */
#include "run/stop.h"

#include <signal.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <utility>

namespace bench
{

static volatile sig_atomic_t caught;
static std::string cell_name = "start-up";
static std::string made_folder;
static std::function<std::string()> keep_results;

static void
on_signal(int number)
{
    caught = number;
}

static void
end_progress_line()
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

void
die(int status, const char *format, ...)
{
    va_list arguments;

    fflush(stdout);
    end_progress_line();
    fputs("weir-bench: ", stderr);
    va_start(arguments, format);
    vfprintf(stderr, format, arguments);
    va_end(arguments);
    fputc('\n', stderr);
    if (!made_folder.empty())
        (void)rmdir(made_folder.c_str());
    fflush(nullptr);
    _exit(status);
}

void
catch_signals()
{
    struct sigaction action = {};

    action.sa_handler = on_signal;
    for (int number : { SIGINT, SIGTERM, SIGHUP })
        sigaction(number, &action, nullptr);
}

void
at_interrupt(std::function<std::string()> keep)
{
    keep_results = std::move(keep);
}

void
leave_if_interrupted()
{
    std::string kept = "nothing was written";

    if (!caught)
        return;
    if (keep_results)
        kept = std::exchange(keep_results, nullptr)();
    die(128 + caught, "interrupted by signal %d in %s; %s",
        static_cast<int>(caught), cell_name.c_str(), kept.c_str());
}

void
set_current_cell(const std::string &name)
{
    cell_name = name;
}

const char *
current_cell()
{
    return cell_name.c_str();
}

void
remove_on_early_end(const std::string &folder)
{
    made_folder = folder;
}

} // namespace bench
