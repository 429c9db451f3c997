// SPDX-License-Identifier: MIT
/* report/svg.h - one line plot as inline SVG; both axes logarithmic. */
#ifndef BENCH_REPORT_SVG_H
#define BENCH_REPORT_SVG_H

#include <string>
#include <utility>
#include <vector>

namespace bench
{

struct Series {
    std::string name;
    std::vector<std::pair<double, double>> points; /**< positive, x ascending */
};

struct Plot {
    std::string title;
    std::string x_label;
    std::string y_label;
    bool y_is_time = false; /**< ticks in ns, us, ms; else plain numbers */
    std::vector<Series> series;
};

/** Empty when there is nothing to draw. */
std::string svg_of(const Plot &plot);

/** Text for the inside of an HTML element or a quoted attribute. */
std::string escape_html(const std::string &text);

} // namespace bench

#endif
