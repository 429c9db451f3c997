// SPDX-License-Identifier: MIT
/* run/stop.cc - early ends. */
#include "run/stop.h"

#include <signal.h>
#include <unistd.h>

#include <cstdarg>
#include <cstdio>
#include <cstdlib>

namespace bench
{

static volatile sig_atomic_t caught;
static std::string cell_name = "start-up";
static std::string made_folder;

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
leave_if_interrupted()
{
    if (caught)
        die(128 + caught, "interrupted by signal %d in %s; nothing was written",
            static_cast<int>(caught), cell_name.c_str());
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
