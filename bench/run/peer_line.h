// SPDX-License-Identifier: MIT
/*
 * run/peer_line.h - one line of the peers' protocol: a word and fields.
 *
 *     run name=go kind=chan shape=4p4c cap=1024 cpus=0,1
 *     weir-peer 1 name=go version=1.19.8 flags="go build"
 *
 * A value with spaces stands in double quotes; there is no escape, so a value
 * has no quote in it.  bench/peers/PROTOCOL.md has the whole of it.
 */
#ifndef BENCH_RUN_PEER_LINE_H
#define BENCH_RUN_PEER_LINE_H

#include <map>
#include <string>
#include <vector>

namespace bench
{

struct PeerLine {
    std::string verb;
    std::map<std::string, std::string> fields;

    bool has(const std::string &key) const
    {
        return fields.count(key) > 0;
    }
    std::string text(const std::string &key) const
    {
        return has(key) ? fields.at(key) : "";
    }

    /** The field as a number, or `otherwise` if it is not one. */
    double number(const std::string &key, double otherwise) const;
};

/** Longer lines are no protocol. */
constexpr size_t peer_line_max = 4096;

/** False if the line is not of the form above. */
bool parse_peer_line(const std::string &text, PeerLine &line);

/** " key=value", in quotes where needed; quotes and line ends become spaces. */
std::string peer_field(const std::string &key, const std::string &value);

/** The parts of "a,b,c". */
std::vector<std::string> split_commas(const std::string &text);

} // namespace bench

#endif
