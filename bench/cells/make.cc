// SPDX-License-Identifier: MIT
/* cells/make.cc - names, parameters and contenders of cells. */
#include "cells/make.h"

#include "load/hogs.h"
#include "weir_bench_build.h"

#if defined(__GLIBC__)
#include <gnu/libc-version.h>
#endif

namespace bench
{

Cell
make_cell(const std::string &path, const Params &params, const Place &place,
          int workers)
{
    Cell cell;

    cell.name = path;
    for (const auto &param : params) {
        cell.name += "/" + param.first + "=" + param.second;
        cell.params[param.first] = param.second;
    }
    cell.place = place;
    cell.workers = workers;
    return cell;
}

Cell
make_placed_cell(const std::string &path, const Params &params,
                 const Place &place, int workers)
{
    Cell cell = make_cell(path, params, place, workers);

    cell.name += "/place=" + place.name;
    if (place.memory != Memory::local) {
        cell.params["mem"] = memory_name(place.memory);
        cell.name += "/mem=" + cell.params["mem"];
    }
    return cell;
}

Place
near_pair(const PlanInput &input)
{
    for (const ClassPair &pair : input.pairs)
        if (pair.near != Near::same_cpu)
            return pair_place(input.topology, pair);
    return one_cpu_place(input.topology);
}

Measure
with_hogs(int hogs, Measure measure)
{
    return [=](int64_t window_ns) {
        const Hogs beside(hogs);
        Sample sample = measure(window_ns);
        sample.run_delay = -1; /* those who had the CPUs are ours */
        return sample;
    };
}

static std::string
libc_version()
{
#if defined(__GLIBC__)
    return std::string("glibc ") + gnu_get_libc_version();
#else
    return "libc";
#endif
}

/* Names begin with that of their library. */
static std::string
version_of(const std::string &name)
{
    if (name.compare(0, 2, "ck") == 0)
        return "ck " WEIR_BENCH_CK;
    if (name.compare(0, 4, "urcu") == 0)
        return "liburcu " WEIR_BENCH_URCU;
    if (name.compare(0, 4, "weir") == 0)
        return "weir " WEIR_BENCH_VERSION;
    return libc_version();
}

Contender &
add_contender(Cell &cell, const std::string &name, Role role, Measure measure)
{
    Contender out;

    out.name = name;
    out.role = role;
    out.measure = std::move(measure);
    out.version = version_of(name);
    if (role == Role::baseline)
        cell.baseline = name;
    if (role == Role::again)
        cell.repeat = name;
    cell.contenders.push_back(std::move(out));
    return cell.contenders.back();
}

} // namespace bench
