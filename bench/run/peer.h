// SPDX-License-Identifier: MIT
/*
 * run/peer.h - other libraries and languages as contenders.
 *
 * A peer is a program in the folder `peers` beside this one (or the one that
 * WEIR_BENCH_PEERS names) that speaks bench/peers/PROTOCOL.md.  It names its
 * contenders, and is then asked for one sample per round like every contender
 * of the process itself.  For each cell it is started anew and bound to that
 * cell's CPUs.  What it says is checked as far as that is possible; a peer that
 * is absent, hangs, crashes or talks nonsense is a note or a void row.
 */
#ifndef BENCH_RUN_PEER_H
#define BENCH_RUN_PEER_H

#include "run/cell.h"

#include <map>
#include <string>
#include <vector>

namespace bench
{

/** One contender of a peer's program, as it introduced itself. */
struct Peer {
    std::string program; /**< path */
    std::string name;
    std::string version;
    std::string flags; /**< language and how it was built */
    std::string note;
    std::vector<std::string> kinds; /**< chan, pingpong, select, mutex, ... */
    int capacity_min = 0;           /**< 0: it has a rendezvous */
    bool unbounded = false;
    bool binds_itself = false; /**< the process may start on any CPU */
    bool one_producer = false;
    bool one_consumer = false;
};

struct FoundPeers {
    std::vector<Peer> found;
    std::vector<std::string> missing; /**< "program: why" */
};

/** Start all programs of the folder once and hear what they have. */
FoundPeers find_peers();

/**
 * Append the peers that can do what the cell's name says.  The cells are those
 * where peers are compared: streams, ping-pong, one thread alone, selects, raw
 * rings, locks; 8-byte messages.  With a suffix they stand under another name,
 * as processes of their own: A/A.
 */
void add_peers(Cell &cell, const Topology &topology,
               const std::vector<Peer> &peers, const std::string &suffix = "");

/** Estimate of starting one peer for a cell. */
constexpr double peer_start_ns = 30e6;

} // namespace bench

#endif
