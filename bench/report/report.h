// SPDX-License-Identifier: MIT
/* report/report.h - what a run shows and writes. */
#ifndef BENCH_REPORT_REPORT_H
#define BENCH_REPORT_REPORT_H

#include "run/main.h"

namespace bench
{

/* The terminal: standard output. */
void print_card(const Card &card);
void print_plan(const Topology &topology, const Options &options);
void print_report(const Run &run);

/* Parts of the report. */
void print_cells(const Run &run);
void print_verdict(const Run &run);

/** See that the result can be written, or leave. */
void prepare_output(const Options &options);

/** Write the result whole, or leave without it; its file, "" for "--json -". */
std::string save_report(const Run &run);

/**
 * Run what the environment variable WEIR_REPORT names on a result: the tool
 * that makes its page.  A page that cannot be made costs a warning.
 */
void make_page(const std::string &file);

/**
 * Write the cells that are finished under a name of their own; returns what
 * was written and what was there before, for a sentence.
 */
std::string save_partial(Run &run);

std::string json_of(const Run &run);

} // namespace bench

#endif
