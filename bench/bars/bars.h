// SPDX-License-Identifier: MIT
/*
 * bars/bars.h - the performance promises of the project as lines that hold or
 * do not: each is measured, interleaved with what it is compared with.
 */
#ifndef BENCH_BARS_BARS_H
#define BENCH_BARS_BARS_H

#include "machine/topo.h"
#include "measure/stats.h"
#include "run/plan.h"
#include "run/result.h"

#include <string>

namespace bench
{

/** One promise and what came of it. */
struct Bar {
    std::string text;
    double limit = 0;
    Interval value;   /**< must be at most the limit */
    Interval again;   /**< the baseline against itself; median 0: none */
    std::string unit; /**< "x" for ratios */
    std::string note; /**< context, or why it was not measured */
    bool measured = true;
};

class Bars
{
  public:
    Bars(const Topology &topology, const Options &options);

    /* The parts; each prints its lines as they come. */
    void channels();
    void line_trips();
    void single();
    void readers();
    void waits();
    void one_cpu();
    void no_futex(const std::string &program);

    /** Lines that do not hold, or could not be measured. */
    int failed() const
    {
        return failed_;
    }
    void head() const;

  private:
    const CellResult &result_of(const std::string &cell);
    void show(const Bar &bar);
    void ratio_bar(const std::string &text, double limit,
                   const std::string &cell);
    void trip_bar(const std::string &text, double limit,
                  const std::string &cell);
    void try_bar();
    void make_bytes_bar();
    void cpu_per_read_bar();
    void message_wait_bar();
    void expiring_wait_bar();
    std::string pair_place_name() const;

    const Topology &topology_;
    Options options_;
    std::vector<Cell> cells_;
    std::map<std::string, CellResult> results_;
    int failed_ = 0;
};

/* CPU time in ns that the calling thread's wait of one kind costs. */
struct WaitCost {
    double first; /**< of a thread that never waited before */
    double later;
};
WaitCost cpu_of_message_wait(const Topology &topology, int64_t wait_ns);
double cpu_of_expiring_wait(int64_t wait_ns);
double cpu_of_bare_wait(int64_t wait_ns);

/* Bytes of heap per channel of capacity 1 with 8-byte messages. */
double bytes_per_channel();

/* An empty function of another object file, called like weir's own. */
extern int (*volatile empty_call)(void *, void *);

} // namespace bench

#endif
