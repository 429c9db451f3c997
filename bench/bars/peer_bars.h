// SPDX-License-Identifier: MIT
/*
 * bars/peer_bars.h - the promises that compare with other libraries and
 * languages (bench/peers), line by line.
 *
 * Each cell is measured anew for its lines: weir, the peers that its lines
 * name, and all of them a second time under another name, peers as processes of
 * their own.  A line's A/A is the larger one of both that it compares.
 *
 * Costs of one thread alone, a send and a select included, are those of the
 * best of hundreds of chunks of 256 operations in each round.  CPU time is a
 * promise towards what runs on threads; goroutines that take turns on one CPU
 * move no line, and their CPU time stands beside.
 */
#ifndef BENCH_BARS_PEER_BARS_H
#define BENCH_BARS_PEER_BARS_H

#include "bars/judge.h"
#include "machine/topo.h"
#include "run/peer.h"
#include "run/plan.h"
#include "run/result.h"

namespace bench
{

using Names = std::vector<std::string>;
using Figure = double Figures::*;

/** One promise: `own` is at most so much of the least of `others`. */
struct Promise {
    std::string text;
    double limit;
    std::string own;
    Names others;
    Figure figure;
};

class PeerBars
{
  public:
    PeerBars(const Topology &topology, const Options &options);

    /* The parts; each prints its lines as they come. */
    void head() const;
    void short_costs();
    void batches();
    void selects();
    void sets();
    void channels();
    void fan_in();
    void hand_overs();
    void rings();

    bool all_hold() const
    {
        return fails_ + open_ + unmeasured_ == 0;
    }
    /** How many hold, fall short, are not settled, could not be measured. */
    void sum_up() const;

  private:
    struct Compared {
        Cell cell;
        CellResult result;
    };

    std::string place_of(const std::string &path, int workers) const;
    const Cell &plan_cell(const std::string &name) const;
    void measure(const std::string &name, const Names &own, const Names &peers,
                 Compared &out) const;

    void line(const Compared &on, const Promise &promise);
    void beyond(const Compared &on, const std::string &text, double limit_ns,
                const std::string &own, const std::string &base);
    void in_trips(const Compared &on, const std::string &text, double limit);
    void stream(const std::string &what, const std::string &path, int workers,
                double limit, const Names &thread_peers);
    void cpu(const Compared &on, const std::string &what, const Names &peers);
    void sides(int side, const std::string &capacity, double limit,
               const Names &peers);
    void select_of(int cases, double beyond_ns);
    void pair_of(const std::string &text, const std::string &name,
                 double crossbeam, double go);
    void ring(const Compared &on, const std::string &what, const char *form,
              const Names &peers);
    void many(int side);
    void one_to_one();
    void settle(const std::string &text, double limit, const Interval &value,
                double spread, bool in_ns);
    void unmeasured(const std::string &text, const std::string &why);

    const Topology &topology_;
    Options options_;
    ClassPairs pairs_;
    FoundPeers peers_;
    std::vector<Cell> cells_;
    int holds_ = 0;
    int fails_ = 0;
    int open_ = 0;
    int unmeasured_ = 0;
};

} // namespace bench

#endif
