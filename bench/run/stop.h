// SPDX-License-Identifier: MIT
/*
 * run/stop.h - how a run ends early: one sentence, a status, nothing left.
 *
 * Results are written only after the last cell, so an early end has nothing
 * to undo but the output folder, and that only if this run made it.
 */
#ifndef BENCH_RUN_STOP_H
#define BENCH_RUN_STOP_H

#include <string>

namespace bench
{

constexpr int exit_failed = 1; /**< a measurement is wrong or impossible */
constexpr int exit_usage = 2;  /**< a bad option or an unwritable path */

/** Print "weir-bench: ..." on standard error and leave with the status. */
[[noreturn]] void die(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** SIGINT, SIGTERM and SIGHUP end the run at the next sample. */
void catch_signals();

/** Leave with one sentence if a signal has come. */
void leave_if_interrupted();

/** Name of the cell that runs, for messages about it. */
void set_current_cell(const std::string &name);
const char *current_cell();

/** A folder to remove, if empty, when the run ends early. */
void remove_on_early_end(const std::string &folder);

} // namespace bench

#endif
