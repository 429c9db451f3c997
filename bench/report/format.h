// SPDX-License-Identifier: MIT
/* report/format.h - numbers as people read them. */
#ifndef BENCH_REPORT_FORMAT_H
#define BENCH_REPORT_FORMAT_H

#include "run/result.h"

#include <string>

namespace bench
{

std::string format_number(double value); /**< three significant digits */
std::string format_ns(double ns);        /**< with its unit; "-" if none */
std::string format_ratio(double ratio);  /**< "0.25"; "-" if none */
std::string format_interval(const Interval &interval);
std::string format_percent(double part); /**< of 1; "-" if none */
std::string format_minutes(double seconds);
std::string format_rate(double ns); /**< operations per second */

/** Names that stand for the baseline against itself get no row of their own. */
bool is_repeat(const Cell &cell, const Contender &contender);

} // namespace bench

#endif
