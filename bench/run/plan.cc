// SPDX-License-Identifier: MIT
/* run/plan.cc - choosing cells by priority within a budget of time. */
#include "run/plan.h"

#include "run/apart.h"
#include "run/peer.h"
#include "weir_bench_build.h"

#include <algorithm>
#include <set>

namespace bench
{

constexpr double sample_setup_ns = 400000; /* object, GB, joining */
constexpr double thread_setup_ns = 45000;  /* making and joining one thread */
constexpr double probe_ns = 1500000;
constexpr double hung_part = 0.3; /* of crowded spin locks that give up */

/* Of a crowded team every thread shall run once or more in a window, or the
 * shares say nothing: a turn for each, as the scheduler deals them. */
constexpr double turn_ns = 4000000;
constexpr double crowded_max_ns = 200000000;

int64_t
window_of(const Cell &cell, const Options &options)
{
    const double plain = static_cast<double>(options.window_ns);
    const double pus = static_cast<double>(cell.place.pus.size());
    const double rounds = options.depth == Depth::quick ? 0.5 : 1.5;
    double window = plain;

    if (!fits(cell.place, cell.workers))
        window =
            std::max(plain, std::min(crowded_max_ns,
                                     rounds * turn_ns * cell.workers / pus));
    return static_cast<int64_t>(window * cell.window_scale);
}

double
estimate(const Cell &cell, const Options &options)
{
    const double window = static_cast<double>(window_of(cell, options));
    const double setup =
        sample_setup_ns + cell.setup_ns + thread_setup_ns * cell.workers;
    const double contenders = static_cast<double>(cell.contenders.size());
    const double samples = contenders * options.rounds;

    double hung = 0;

    for (const Contender &contender : cell.contenders)
        hung += contender.start_ns;
    if (!fits(cell.place, cell.workers))
        for (const Contender &contender : cell.contenders)
            hung += contender.spins ? hung_part * apart_limit_ns : 0;
    /* The warm-up takes half a window; a tenth of the rounds is repeated. */
    return 1.1 * samples * (window + setup) +
           contenders * (window / 2 + setup) + options.rounds * probe_ns + hung;
}

/* Greedy match of a pattern with '*' against the rest of a name. */
static bool
match_here(const char *name, const char *pattern)
{
    for (; *pattern; name++, pattern++) {
        if (*pattern == '*') {
            for (;; name++) {
                if (match_here(name, pattern + 1))
                    return true;
                if (!*name)
                    return false;
            }
        }
        if (*name != *pattern)
            return false;
    }
    return true;
}

bool
matches(const std::string &name, const std::string &pattern)
{
    return match_here(name.c_str(), ("*" + pattern).c_str());
}

ClassPairs
middle_pairs(const Topology &topology)
{
    ClassPairs pairs;

    for (const PairClass &one : pair_classes(topology))
        pairs.push_back(
            { one.near, one.name, one.pairs[one.pairs.size() / 2] });
    return pairs;
}

std::vector<int>
thread_counts(const Topology &topology)
{
    const int pus = static_cast<int>(topology.pus.size());
    std::set<int> counts = { 1, 2, std::max(1, topology.cores), pus, 4 * pus };

    for (const auto &sharers : topology.sharers) {
        int most = 1;
        for (const auto &entry : sharers)
            most = std::max(most, entry.second);
        counts.insert(most);
    }
    for (int n = 4; n < pus || (n <= 8 && n < 4 * pus); n *= 2)
        counts.insert(n);
    return std::vector<int>(counts.begin(), counts.end());
}

static void
name_peers(Plan &plan)
{
    auto add = [&](bool there, const char *name, const char *version) {
        if (there)
            plan.peers.push_back({ name, version, "" });
        else
            plan.missing.push_back(name);
    };

    add(true, "pthread", "");
    add(WEIR_BENCH_HAVE_CK, "ck", WEIR_BENCH_CK);
    add(WEIR_BENCH_HAVE_URCU, "liburcu", WEIR_BENCH_URCU);
    if (!WEIR_BENCH_HAVE_HWLOC)
        plan.missing.push_back("hwloc");
}

/* What no cell of this machine can show, with the reason. */
static void
name_absent(const Topology &topology, Plan &plan)
{
    auto add = [&](const char *name, const std::string &why) {
        if (!why.empty())
            plan.absent.push_back(std::string(name) + ": " + why);
    };

    for (int i = 0; i < near_count; i++)
        add(near_name(static_cast<Near>(i)),
            near_absent(topology, static_cast<Near>(i)));
    for (int i = 0; i < place_kind_count; i++)
        add(place_name(static_cast<PlaceKind>(i)),
            place_absent(topology, static_cast<PlaceKind>(i)));
    for (int i = 0; i < memory_count; i++)
        add((std::string("memory ") + memory_name(static_cast<Memory>(i)))
                .c_str(),
            memory_absent(topology, static_cast<Memory>(i)));
}

/* Such a cell measures the throttling, too. */
static bool
is_over_quota(const Topology &topology, const Cell &cell)
{
    const size_t busy =
        std::min(static_cast<size_t>(cell.workers), cell.place.pus.size());

    return topology.quota > 0 && static_cast<double>(busy) > topology.quota;
}

static std::vector<Cell>
all_cells(const PlanInput &input, const Options &options,
          const std::vector<Peer> &peers)
{
    std::vector<Cell> all, some;

    add_alone_cells(input, all);
    add_channel_cells(input, all);
    add_more_channel_cells(input, all);
    add_unbounded_cells(input, all);
    add_select_cells(input, all);
    add_set_cells(input, all);
    add_event_cells(input, all);
    add_ring_cells(input, all);
    add_deque_cells(input, all);
    add_mutex_cells(input, all);
    add_more_mutex_cells(input, all);
    add_reader_cells(input, all);
    add_more_reader_cells(input, all);
    add_notes_cells(input, all);
    add_memory_cells(input, all);
    for (Cell &cell : all)
        if (matches(cell.name, options.only)) {
            cell.over_quota = is_over_quota(input.topology, cell);
            some.push_back(std::move(cell));
        }
    for (Cell &cell : some)
        add_peers(cell, input.topology, peers);
    return some;
}

Plan
make_plan(const Topology &topology, const ClassPairs &pairs,
          const Options &options)
{
    Plan plan;
    const FoundPeers peers = options.peers ? find_peers() : FoundPeers();
    std::vector<Cell> all =
        all_cells({ topology, pairs }, options, peers.found);
    std::vector<size_t> order(all.size());
    std::vector<bool> taken(all.size(), false);
    const double budget = static_cast<double>(options.budget_ns);
    const bool all_wanted =
        options.depth == Depth::full || !options.only.empty();

    for (size_t i = 0; i < order.size(); i++)
        order[i] = i;
    std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) {
        return all[a].priority < all[b].priority;
    });
    for (size_t i : order) {
        const double cost = estimate(all[i], options);
        taken[i] = (all_wanted || all[i].priority < full_priority) &&
                   plan.estimate_ns + cost <= budget;
        if (taken[i])
            plan.estimate_ns += cost;
        else
            plan.omitted.push_back(all[i].name);
    }
    for (size_t i = 0; i < all.size(); i++)
        if (taken[i])
            plan.cells.push_back(std::move(all[i]));
    name_absent(topology, plan);
    name_peers(plan);
    for (const Peer &peer : peers.found)
        plan.peers.push_back({ peer.name, peer.version, peer.flags });
    plan.missing.insert(plan.missing.end(), peers.missing.begin(),
                        peers.missing.end());
    return plan;
}

} // namespace bench
