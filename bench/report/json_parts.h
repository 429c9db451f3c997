// SPDX-License-Identifier: MIT
/* report/json_parts.h - the parts of the result file. */
#ifndef BENCH_REPORT_JSON_PARTS_H
#define BENCH_REPORT_JSON_PARTS_H

#include "report/json_text.h"
#include "report/report.h"

namespace bench
{

/** The key "weir" and all that is ours. */
void write_weir(JsonText &json, const Run &run);

/** The key "cells", in the object "weir". */
void write_cells(JsonText &json, const Run &run);

/** Without the names of host and user and without paths. */
std::string redacted(const std::string &text);

} // namespace bench

#endif
