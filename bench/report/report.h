// SPDX-License-Identifier: MIT
/* report/report.h - what a run shows and writes. */
#ifndef BENCH_REPORT_REPORT_H
#define BENCH_REPORT_REPORT_H

#include "report/svg.h"
#include "run/main.h"

namespace bench
{

/* The terminal: standard output. */
void print_card(const Card &card);
void print_plan(const Topology &topology, const Options &options);
void print_report(const Run &run);

/** Make the folder if need be and try to write in it, or leave. */
void prepare_folder(const std::string &folder);

/** Write both files whole, or leave without either. */
void save_report(const Run &run);

std::string json_of(const Run &run);
std::string html_of(const Run &run);
std::vector<Plot> plots_of(const Run &run);

} // namespace bench

#endif
