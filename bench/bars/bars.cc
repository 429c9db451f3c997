// SPDX-License-Identifier: MIT
/* bars/bars.cc - the promises, one after another. */
#include "bars/bars.h"

#include "impl/chan_weir.h"
#include "impl/lock_weir.h"
#include "load/alone.h"
#include "load/rw.h"
#include "report/format.h"
#include "run/runner.h"
#include "run/stop.h"

#include <cmath>
#include <cstdio>

namespace bench
{

constexpr double one_second = 1e9;

Bars::Bars(const Topology &topology, const Options &options)
    : topology_(topology), options_(options)
{
    options_.budget_ns = INT64_MAX;
    cells_ = make_plan(topology, middle_pairs(topology), options_).cells;
}

void
Bars::head() const
{
    printf("%-5s %-52s %9s %9s %19s %17s\n", "holds", "promise", "at most",
           "median", "95 %", "A/A 95 %");
    fflush(stdout);
}

static std::string
with_unit(double value, const std::string &unit)
{
    if (unit == "ns")
        return format_ns(value);
    return format_number(value) + " " + unit;
}

void
Bars::show(const Bar &bar)
{
    const bool holds = bar.measured && bar.value.median <= bar.limit;

    failed_ += holds ? 0 : 1;
    printf("%-5s %-52s %9s ", holds ? "yes" : "NO", bar.text.c_str(),
           with_unit(bar.limit, bar.unit).c_str());
    if (!bar.measured) {
        printf("not measured: %s\n", bar.note.c_str());
    } else {
        printf("%9s %19s %17s%s%s\n",
               with_unit(bar.value.median, bar.unit).c_str(),
               format_interval(bar.value).c_str(),
               bar.again.median > 0 ? format_interval(bar.again).c_str() : "-",
               bar.note.empty() ? "" : "  ", bar.note.c_str());
    }
    fflush(stdout);
}

const CellResult &
Bars::result_of(const std::string &name)
{
    const auto known = results_.find(name);

    if (known != results_.end())
        return known->second;
    for (const Cell &cell : cells_)
        if (cell.name == name)
            return results_[name] = run_cell(topology_, cell, options_);
    die(exit_failed, "this machine has no cell %s", name.c_str());
}

/* Absolute medians, and how steady the machine was. */
static std::string
note_of(const CellResult &result)
{
    std::string note;

    for (size_t i = 0; i < result.summaries.size(); i++) {
        const Contender &contender = result.cell->contenders[i];
        if (i == 0 || contender.name == result.cell->baseline)
            note += (i == 0 ? "" : ", ") + contender.name + " " +
                    format_ns(result.summaries[i].ns.median);
    }
    if (result.trip_ns > 0)
        note += ", line trip " + format_ns(result.trip_ns);
    if (result.moved > 0)
        note += ", " + std::to_string(result.moved) + " rounds repeated";
    if (!result.steady)
        note += ", UNSTEADY";
    return note;
}

static size_t
contender_of(const CellResult &result, const std::string &name)
{
    size_t i = 0;

    while (i < result.cell->contenders.size() &&
           result.cell->contenders[i].name != name)
        i++;
    if (i == result.cell->contenders.size())
        die(exit_failed, "%s: no contender %s in this build",
            result.cell->name.c_str(), name.c_str());
    return i;
}

void
Bars::ratio_bar(const std::string &text, double limit, const std::string &cell)
{
    const CellResult &result = result_of(cell);
    Bar bar;

    bar.text = text;
    bar.limit = limit;
    bar.unit = "x";
    bar.value = result.summaries[0].ratio;
    bar.again = result.again;
    bar.note = note_of(result);
    show(bar);
}

void
Bars::trip_bar(const std::string &text, double limit, const std::string &cell)
{
    Bar bar;

    bar.text = text;
    bar.limit = limit;
    bar.unit = "trips";
    if (topology_.pus.size() < 2) {
        bar.measured = false;
        bar.note = "one CPU";
    } else {
        const CellResult &result = result_of(cell);
        bar.value = result.summaries[0].per_trip;
        bar.note = note_of(result);
    }
    show(bar);
}

/* The nearest class of two CPUs; on one CPU, that CPU. */
std::string
Bars::pair_place_name() const
{
    for (const Cell &cell : cells_)
        if (cell.name.find("chan/1p1c/cap=1/place=") == 0 &&
            cell.place.pus.size() == 2)
            return cell.place.name;
    return near_name(Near::same_cpu);
}

static std::string
team(const Topology &topology, const std::string &cell, int workers)
{
    return cell + "/place=" + cores_place(topology, workers).name;
}

void
Bars::channels()
{
    const std::string place = "/place=" + pair_place_name();

    ratio_bar("pair, cap 1024, alone: of the twin's time", 0.6,
              "chan/pair/cap=1024");
    ratio_bar("1p1c, cap 1024: of the twin's time", 0.25,
              "chan/1p1c/cap=1024" + place);
    ratio_bar("4p4c, cap 1024: of the twin's time", 0.25,
              team(topology_, "chan/4p4c/cap=1024", 8));
    ratio_bar("32p32c, cap 1024: of the twin's time", 0.25,
              team(topology_, "chan/32p32c/cap=1024", 64));
    ratio_bar("64p1c, cap 64: of the twin's time", 0.05,
              team(topology_, "chan/64p1c/cap=64", 65));
    ratio_bar("1p1c, cap 1: of the twin's time", 0.1,
              "chan/1p1c/cap=1" + place);
    ratio_bar("1p1c, cap 0: of the twin's time", 0.1,
              "chan/1p1c/cap=0" + place);
}

void
Bars::line_trips()
{
    const std::string place = "/place=" + pair_place_name();

    trip_bar("1p1c, cap 1: of the line round trip", 1.5,
             "chan/1p1c/cap=1" + place);
    trip_bar("1p1c, cap 0: of the line round trip", 1.8,
             "chan/1p1c/cap=0" + place);
}

/* Differences of weir's try and an empty call, paired by round. */
void
Bars::try_bar()
{
    Bar bar;
    Cell cell;
    const Place place = cores_place(topology_, 1);
    std::vector<double> over;

    cell.name = "bar/try-empty";
    cell.place = place;
    cell.contenders.resize(2);
    cell.contenders[0].name = "try";
    cell.contenders[0].measure = [&](int64_t window_ns) {
        return try_empty<WeirChan>(topology_, place, 64, window_ns);
    };
    cell.contenders[1].name = "call";
    cell.contenders[1].measure = [&](int64_t window_ns) {
        return alone(topology_, place, window_ns, [](uint64_t) {
            int sum = 0;
            for (uint64_t i = 0; i < alone_batch; i++)
                sum += empty_call(&sum, &sum);
            return sum == 0;
        });
    };
    const CellResult result = run_cell(topology_, cell, options_);
    for (const Round &round : result.rounds)
        over.push_back(round.samples[0].ns - round.samples[1].ns);
    bar.text = "a try on empty, beyond an empty call";
    bar.limit = 2;
    bar.unit = "ns";
    bar.value = bootstrap(over);
    bar.note = "call " + format_ns(result.summaries[1].ns.median);
    show(bar);
}

void
Bars::make_bytes_bar()
{
    const CellResult &result = result_of("chan/make-free/cap=1");
    Bar time, bytes;

    time.text = "make and free, cap 1, 8 bytes";
    time.limit = 100;
    time.unit = "ns";
    time.value = result.summaries[0].ns;
    time.again = result.again;
    show(time);
    bytes.text = "bytes of that channel on the heap";
    bytes.limit = 640;
    bytes.unit = "B";
    bytes.value = bootstrap({ bytes_per_channel() });
    show(bytes);
}

void
Bars::single()
{
    try_bar();
    make_bytes_bar();
}

void
Bars::cpu_per_read_bar()
{
    Bar bar;
    Cell cell;
    const Place both = cores_place(topology_, 2);
    std::vector<double> ratios;

    cell.name = "bar/cpu-per-read";
    cell.place = both;
    cell.workers = 2;
    for (int workers : { 1, 2 }) {
        Contender contender;
        contender.name = std::to_string(workers) + "-threads";
        contender.measure = [=](int64_t window_ns) {
            return rw_load<GuardedPair<WeirRw>>(
                topology_, cores_place(topology_, workers),
                RwShape{ workers, 0, 0 }, window_ns);
        };
        cell.contenders.push_back(contender);
    }
    const CellResult result = run_cell(topology_, cell, options_);
    for (const Round &round : result.rounds)
        if (!round.moved && round.samples[0].reason == Void::none &&
            round.samples[1].reason == Void::none)
            ratios.push_back(round.samples[1].cpu_ns / round.samples[0].cpu_ns);
    bar.text = "CPU per read: 2 threads over 1";
    bar.limit = 1.1;
    bar.unit = "x";
    bar.value = bootstrap(ratios);
    bar.note = "1 thread " + format_ns(result.summaries[0].cpu_ns);
    show(bar);
}

void
Bars::readers()
{
    const CellResult &result = result_of("rw/writes=0%/threads=2");
    const size_t own = contender_of(result, "weir-rwmutex");
    Bar bar;

    bar.text = "read-only, 2 threads: of pthread_rwlock's time";
    bar.limit = 0.1;
    bar.unit = "x";
    bar.value = result.summaries[own].ratio;
    bar.again = result.again;
    bar.note = note_of(result);
    show(bar);
    cpu_per_read_bar();
}

void
Bars::message_wait_bar()
{
    Bar bar;
    std::vector<double> times, first;

    for (int i = 0; i < 7; i++) {
        const WaitCost cost =
            cpu_of_message_wait(topology_, static_cast<int64_t>(one_second));
        times.push_back(cost.later);
        first.push_back(cost.first);
        leave_if_interrupted();
    }
    bar.text = "CPU of a receiver that a message ends after 1 s";
    bar.limit = 100000;
    bar.unit = "ns";
    bar.value = bootstrap(times);
    bar.note = "worst " + format_ns(quantile(times, 1)) +
               "; a thread's first wait " + format_ns(median(first));
    show(bar);
}

void
Bars::expiring_wait_bar()
{
    constexpr int64_t wait_ns = 25000000;
    Bar bar;
    std::vector<double> ratios, again, bare;

    (void)cpu_of_expiring_wait(wait_ns / 10);
    for (int i = 0; i < 81; i++) {
        leave_if_interrupted();
        const double first = cpu_of_bare_wait(wait_ns);
        const double own = cpu_of_expiring_wait(wait_ns);
        const double second = cpu_of_bare_wait(wait_ns);
        bare.push_back(first);
        ratios.push_back(own / ((first + second) / 2));
        again.push_back(second / first);
    }
    bar.text = "CPU of a receive that times out: of a bare wait's";
    bar.limit = 1.3;
    bar.unit = "x";
    bar.value = bootstrap(ratios);
    bar.again = bootstrap(again);
    bar.note = "bare wait " + format_ns(median(bare));
    show(bar);
}

void
Bars::waits()
{
    message_wait_bar();
    expiring_wait_bar();
}

void
Bars::one_cpu()
{
    ratio_bar("10p10c on one CPU, cap 1: of the twin's time", 0.6,
              "chan/10p10c/cap=1/place=same-cpu");
    ratio_bar("10p10c on one CPU, cap 64: of the twin's time", 0.4,
              "chan/10p10c/cap=64/place=same-cpu");
    ratio_bar("10p10c on one CPU, cap 1024: of the twin's time", 0.4,
              "chan/10p10c/cap=1024/place=same-cpu");
}

/* Lines that strace writes about futex calls of `program`. */
void
Bars::no_futex(const std::string &program)
{
    Bar bar;
    char line[400];
    int calls = 0;
    const std::string command = "strace -f -qq -e trace=futex -e signal=none "
                                "'" +
                                program + "' 2>&1";

    bar.text = "futex calls in a million uncontended pairs";
    bar.unit = "calls";
    FILE *out = popen(command.c_str(), "re");
    while (out && fgets(line, sizeof line, out))
        calls++;
    const int status = out ? pclose(out) : -1;
    bar.measured = status == 0;
    bar.note = bar.measured ? "" : "strace is missing or may not trace";
    bar.value = bootstrap({ static_cast<double>(calls) });
    show(bar);
}

} // namespace bench
