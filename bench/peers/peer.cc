// SPDX-License-Identifier: MIT
/* peers/peer.cc - the protocol's other end, for peers in C++. */
#include "peers/peer.h"

#include <cstdio>
#include <iostream>

namespace bench
{

void
Program::add(const std::string &name, const std::string &abilities,
             PeerMeasure measure)
{
    entries_.push_back({ name, abilities, std::move(measure) });
}

/* Positions in the topology of the CPUs that the request names. */
static bool
read_place(const PeerLine &line, PeerAsk &ask)
{
    for (const std::string &cpu : split_commas(line.text("cpus")))
        for (size_t i = 0; i < ask.topology.pus.size(); i++)
            if (std::to_string(ask.topology.pus[i].os) == cpu)
                ask.place.pus.push_back(static_cast<int>(i));
    ask.place.name = "asked";
    ask.place.node = static_cast<int>(line.number("node", -1));
    return ask.place.pus.size() == split_commas(line.text("cpus")).size() &&
           !ask.place.pus.empty();
}

static bool
read_load(const PeerLine &line, PeerAsk &ask)
{
    StreamShape &shape = ask.shape;

    ask.kind = line.text("kind");
    ask.window_ns = static_cast<int64_t>(line.number("window_ns", 0));
    ask.threads = static_cast<int>(line.number("threads", 1));
    ask.outside = static_cast<int>(line.number("outside", 8));
    ask.writes = line.number("writes", 0);
    ask.many = line.text("sides") == "mpmc";
    shape.capacity = static_cast<size_t>(line.number("cap", 0));
    if (line.has("shape") && sscanf(line.text("shape").c_str(), "%dp%dc",
                                    &shape.producers, &shape.consumers) != 2)
        return false;
    return ask.window_ns > 0 && ask.threads > 0 && shape.producers > 0 &&
           shape.consumers > 0 && line.number("size", 8) == 8;
}

static const char *
fault_name(Void reason)
{
    if (reason == Void::unbound)
        return "unbound";
    return reason == Void::stray ? "stray" : "none";
}

static std::string
text_of(const Sample &s, bool bound)
{
    const std::pair<const char *, double> optional[] = {
        { "share", s.share },   { "p50_ns", s.p50_ns },
        { "p99_ns", s.p99_ns }, { "p999_ns", s.p999_ns },
        { "max_ns", s.max_ns },
    };
    char number[64];
    std::string text = "ok";
    auto add = [&](const char *key, double value) {
        snprintf(number, sizeof number, " %s=%.9g", key, value);
        text += number;
    };

    add("ops", s.ops);
    add("window_ns", s.window_ns);
    add("cpu_ns", s.cpus * s.window_ns);
    add("overlap", s.overlap);
    for (const auto &one : optional)
        if (one.second >= 0)
            add(one.first, one.second);
    add("node", s.node);
    add("bound", bound);
    text += std::string(" fault=") + fault_name(s.reason);
    return text + (s.wrong ? " sum=wrong" : " sum=ok");
}

static std::string
refusal(const char *verb, const std::string &why)
{
    return verb + peer_field("why", why);
}

static int
workers_of(const PeerAsk &ask)
{
    if (ask.kind == "chan" || ask.kind == "ring")
        return ask.shape.producers + ask.shape.consumers;
    return ask.kind == "pingpong" ? 2 : ask.threads;
}

std::string
Program::answer(const std::string &text) const
{
    static const Topology *topology;
    PeerLine line;
    std::string error;
    PeerAsk ask;

    if (!topology)
        topology = new Topology(topology_load("", error));
    if (!parse_peer_line(text, line) || line.verb != "run")
        return refusal("error", "not a request");
    ask.topology = *topology;
    if (!read_place(line, ask))
        return refusal("error", "no such CPUs");
    if (!read_load(line, ask))
        return refusal("unsupported", "size, shape or window");
    set_ns_per_tick(line.number("tick_ns", 0));
    if (ns_per_tick() <= 0)
        calibrate_ticks();
    for (const Entry &entry : entries_)
        if (entry.name == line.text("name"))
            return text_of(entry.measure(ask),
                           fits(ask.place, workers_of(ask)));
    return refusal("unsupported", "no such contender");
}

int
Program::serve()
{
    std::string line;

    for (const Entry &entry : entries_)
        std::cout << "weir-peer 1" << peer_field("name", entry.name)
                  << peer_field("version", version_)
                  << " lang=c++ binds=threads" << peer_field("flags", flags_)
                  << " " << entry.abilities << "\n";
    std::cout << "ready" << std::endl;
    while (std::getline(std::cin, line))
        std::cout << answer(line) << std::endl;
    return 0;
}

} // namespace bench
