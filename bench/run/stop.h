// SPDX-License-Identifier: MIT
/*
 * run/stop.h - how a run ends early: one sentence and a status.
 *
 * A signal keeps what was measured: a function of the run writes it and says
 * so.  Any other early end leaves nothing: the output folder goes if this run
 * made it.
 */
#ifndef BENCH_RUN_STOP_H
#define BENCH_RUN_STOP_H

#include <functional>
#include <string>

namespace bench
{

constexpr int exit_failed = 1; /**< a measurement is wrong or impossible */
constexpr int exit_usage = 2;  /**< a bad option or an unwritable path */

/** Print "weir-bench: ..." on standard error and leave with the status. */
[[noreturn]] void die(int status, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/** Called once when a signal ends the run; returns the sentence's end. */
void at_interrupt(std::function<std::string()> keep);

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
