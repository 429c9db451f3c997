// SPDX-License-Identifier: MIT
/* run/google.cc - one round as one run of Google Benchmark. */
#include "run/google.h"

#include "measure/layout.h"
#include "measure/noise.h"
#include "run/apart.h"
#include "run/stop.h"

#include <benchmark/benchmark.h>

namespace bench
{

namespace
{

/* Keeps the rows; prints nothing.  The library's console and JSON reporters
 * are not used: they print how Debian built the library and the host's name. */
class Collector : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context &) override
    {
        return true;
    }

    void ReportRuns(const std::vector<Run> &runs) override
    {
        for (const Run &run : runs) {
            Row row;
            row.name = run.run_name.function_name;
            row.iterations = run.iterations;
            row.real_ns = run.GetAdjustedRealTime();
            for (const auto &counter : run.counters)
                row.counters[counter.first] = counter.second.value;
            rows.push_back(row);
        }
    }

    std::vector<Row> rows;
};

} // namespace

std::string
row_name(const Cell &cell, const Contender &contender)
{
    return cell.name + "/impl=" + contender.name;
}

static void
set_counters(benchmark::State &state, const Sample &sample)
{
    const std::pair<const char *, double> known[] = {
        { "p50_ns", sample.p50_ns },   { "p99_ns", sample.p99_ns },
        { "p999_ns", sample.p999_ns }, { "max_ns", sample.max_ns },
        { "share", sample.share },     { "run_delay", sample.run_delay },
    };

    state.counters["ops"] = sample.ops;
    state.counters["cpus"] = sample.cpus;
    state.counters["cpu_ns"] = sample.cpu_ns;
    state.counters["overlap"] = sample.overlap;
    state.counters["window_ns"] = sample.window_ns;
    for (const auto &one : known)
        if (one.second >= 0)
            state.counters[one.first] = one.second;
}

static void
time_one(benchmark::State &state, const Contender &contender, bool crowded,
         int64_t window_ns, Sample &sample)
{
    const int64_t before = throttling().count();

    for (auto _ : state) {
        sample = contender.spins && crowded
                     ? measure_apart(contender, window_ns)
                     : contender.measure(window_ns);
        state.SetIterationTime(sample.ns * 1e-9);
    }
    if (throttling().count() != before && sample.reason == Void::none)
        sample.reason = Void::throttled;
    set_counters(state, sample);
}

std::vector<Measured>
run_round(const Cell &cell, const std::vector<size_t> &order, int64_t window_ns,
          uint64_t seed)
{
    Collector collector;
    std::vector<Measured> out(order.size());
    const bool crowded = !fits(cell.place, cell.workers);

    benchmark::ClearRegisteredBenchmarks();
    for (size_t i = 0; i < order.size(); i++) {
        const Contender &contender = cell.contenders[order[i]];
        out[i].contender = order[i];
        benchmark::RegisterBenchmark(row_name(cell, contender).c_str(),
                                     [&, i](benchmark::State &state) {
                                         leave_if_interrupted();
                                         layout_begin(seed);
                                         time_one(state, contender, crowded,
                                                  window_ns, out[i].sample);
                                     })
            ->UseManualTime()
            ->Iterations(1)
            ->Unit(benchmark::kNanosecond);
    }
    benchmark::RunSpecifiedBenchmarks(&collector, ".");
    if (collector.rows.size() != order.size())
        die(exit_failed, "%s: Google Benchmark ran %zu of %zu contenders",
            cell.name.c_str(), collector.rows.size(), order.size());
    for (size_t i = 0; i < order.size(); i++) {
        out[i].row = collector.rows[i];
        out[i].row.cpu_ns = out[i].sample.cpu_ns;
    }
    return out;
}

} // namespace bench
