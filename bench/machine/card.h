// SPDX-License-Identifier: MIT
/*
 * machine/card.h - the machine card: what a reader must know of the machine
 * before believing a number.  Results are shared, so neither the host's name
 * nor the user's, nor any path, is on it.
 */
#ifndef BENCH_MACHINE_CARD_H
#define BENCH_MACHINE_CARD_H

#include "machine/topo.h"

#include <string>
#include <utility>
#include <vector>

namespace bench
{

/** Cost of one primitive of the machine, in nanoseconds; negative: refused. */
struct Cost {
    std::string name;
    double ns;
};

struct Card {
    /** Key and value, in the order of reading; keys are JSON context keys. */
    std::vector<std::pair<std::string, std::string>> facts;
    std::vector<Cost> costs;
    std::vector<std::string>
        warnings; /**< one sentence each, with the remedy */
};

Card read_card(const Topology &topology);

/** Value of a fact, or "unknown". */
std::string fact(const Card &card, const std::string &key);

/* Parts of the card. */
std::vector<Cost> measure_costs();
void add_limits(const Topology &topology, Card &card);
void add_noise(const Topology &topology, Card &card);

/** First line of a small file without its newline; empty if unreadable. */
std::string first_line(const std::string &path);

} // namespace bench

#endif
