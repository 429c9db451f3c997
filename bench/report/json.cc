// SPDX-License-Identifier: MIT
/*
 * report/json.cc - the result file: Google Benchmark's schema and more.
 *
 * "context" and "benchmarks" are as that library writes them, so its tools read
 * the file: every round of every contender is a row, and a "median" row follows
 * them.  All that the schema has no place for is in "weir" (json_weir.cc).
 */
#include "report/json_parts.h"
#include "weir_bench_build.h"

#include <benchmark/benchmark.h>

#include <cmath>

namespace bench
{

static void
write_caches(JsonText &json)
{
    json.key("caches").open('[');
    for (const auto &cache : benchmark::CPUInfo::Get().caches) {
        json.open('{');
        json.pair("type", cache.type).pair("level", cache.level);
        json.pair("size", cache.size).pair("num_sharing", cache.num_sharing);
        json.close('}');
    }
    json.close(']');
}

static void
write_context(JsonText &json, const Run &run)
{
    const benchmark::CPUInfo &cpu = benchmark::CPUInfo::Get();

    json.key("context").open('{');
    json.pair("date", run.date).pair("host_name", "redacted");
    json.pair("executable", "weir-bench").pair("num_cpus", cpu.num_cpus);
    json.pair("mhz_per_cpu", std::round(cpu.cycles_per_second / 1e6));
    json.pair("cpu_scaling_enabled",
              cpu.scaling == benchmark::CPUInfo::ENABLED);
    write_caches(json);
    json.key("load_avg").open('[');
    for (double load : cpu.load_avg)
        json.value(load);
    json.close(']');
    json.pair("library_build_type", fact(run.card, "weir_build_type"));
    json.pair("library_version", WEIR_BENCH_BENCHMARK);
    json.pair("json_schema_version", 1).pair("weir_schema", "2");
    for (const auto &entry : run.card.facts)
        json.pair(entry.first, redacted(entry.second));
    for (const Cost &cost : run.card.costs)
        json.pair("cost_" + cost.name + "_ns", std::to_string(cost.ns));
    json.close('}');
}

struct Place_in_file {
    int family;
    int instance;
};

static void
open_row(JsonText &json, const std::string &name, const std::string &run_name,
         Place_in_file at, const CellResult &result)
{
    json.open('{');
    json.pair("name", name).pair("family_index", at.family);
    json.pair("per_family_instance_index", at.instance);
    json.pair("run_name", run_name);
    json.pair("threads", result.cell->workers);
    json.pair("repetitions", static_cast<int>(result.rounds.size()));
}

static void
write_sample(JsonText &json, const CellResult &result, size_t contender,
             size_t repetition, Place_in_file at)
{
    const Round &round = result.rounds[repetition];
    const Row &row = round.rows[contender];
    const Sample &sample = round.samples[contender];

    open_row(json, row.name, row.name, at, result);
    json.pair("run_type", "iteration");
    json.pair("repetition_index", static_cast<int>(repetition));
    json.pair("iterations", static_cast<double>(row.iterations));
    json.pair("real_time", row.real_ns).pair("cpu_time", row.cpu_ns);
    json.pair("time_unit", "ns");
    for (const auto &counter : row.counters)
        if (counter.first != "cpu_ns")
            json.pair(counter.first, counter.second);
    json.pair("line_trip_ns", round.trip_ns).pair("moved", round.moved);
    json.pair("noisy", round.noisy).pair("counts", round.counts);
    if (sample.node >= 0)
        json.pair("memory_node", sample.node);
    if (sample.reason != Void::none)
        json.pair("error_occurred", true)
            .pair("error_message", void_reason(sample.reason));
    json.close('}');
}

static void
write_median(JsonText &json, const CellResult &result, size_t contender,
             Place_in_file at)
{
    const Cell &cell = *result.cell;
    const Summary &s = result.summaries[contender];
    const std::string name = row_name(cell, cell.contenders[contender]);

    open_row(json, name + "_median", name, at, result);
    json.pair("run_type", "aggregate").pair("aggregate_name", "median");
    json.pair("aggregate_unit", "time").pair("iterations", s.rounds);
    json.pair("real_time", s.ns.median).pair("cpu_time", s.cpu_ns);
    json.pair("time_unit", "ns").close('}');
}

static void
write_benchmarks(JsonText &json, const Run &run)
{
    int family = 0;

    json.key("benchmarks").open('[');
    for (const CellResult &result : run.results) {
        for (size_t i = 0; i < result.summaries.size(); i++) {
            const Place_in_file at = { family, static_cast<int>(i) };
            for (size_t r = 0; r < result.rounds.size(); r++)
                write_sample(json, result, i, r, at);
            write_median(json, result, i, at);
        }
        family++;
    }
    json.close(']');
}

std::string
json_of(const Run &run)
{
    JsonText json;

    json.open('{');
    write_context(json, run);
    write_benchmarks(json, run);
    write_weir(json, run);
    json.close('}');
    return json.text() + "\n";
}

} // namespace bench
