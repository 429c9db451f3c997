// SPDX-License-Identifier: MIT
/*
 * run/peer.cc - finding peers, asking them, and not believing them.
 *
 * Times per operation are computed here from an answer's totals.  An answer is
 * garbled if its window is shorter than asked for or longer than the time that
 * we waited, or if it spent more CPU time than the machine has.
 */
#include "run/peer.h"

#include "measure/clock.h"
#include "run/peer_child.h"
#include "run/peer_line.h"

#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <climits>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <memory>
#include <set>

namespace bench
{

constexpr int64_t hello_limit_ns = 5000000000;
constexpr int64_t answer_limit_ns = 2000000000;
constexpr int drain_windows = 4; /* an unbounded queue is emptied, too */
constexpr size_t hello_lines_max = 64;
constexpr double overlap_min = 0.95;

/* The folder of the programs; empty if even our own path is not to be had. */
static std::string
peer_folder()
{
    const char *named = getenv("WEIR_BENCH_PEERS");
    char own[PATH_MAX];

    if (named && *named)
        return named;
    const ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);
    if (length <= 0)
        return "";
    const std::string path(own, static_cast<size_t>(length));
    return path.substr(0, path.rfind('/')) + "/peers";
}

/* All lines up to "ready"; else false and why. */
static bool
hear_hello(PeerChild &child, std::vector<PeerLine> &hello, std::string &why)
{
    const int64_t until_ns = now_ns() + hello_limit_ns;
    std::string text;

    while (hello.size() < hello_lines_max) {
        const PeerChild::Heard heard = child.hear(text, until_ns);
        PeerLine line;
        if (heard == PeerChild::Heard::end)
            why = child.stop();
        else if (heard == PeerChild::Heard::silence)
            why = "said nothing for 5 s";
        else if (heard == PeerChild::Heard::noise ||
                 !parse_peer_line(text, line) ||
                 (line.verb != "ready" && line.verb != "weir-peer"))
            why = "does not speak the protocol";
        else if (line.verb == "weir-peer" && !line.has("1"))
            why = "speaks another version of the protocol";
        if (!why.empty())
            return false;
        if (line.verb == "ready")
            return true;
        hello.push_back(line);
    }
    why = "does not speak the protocol";
    return false;
}

static bool
is_name(const std::string &name)
{
    for (unsigned char c : name)
        if (!isalnum(c) && !strchr("-_.+", c))
            return false;
    return !name.empty() && name.size() <= 40 &&
           isalnum(static_cast<unsigned char>(name[0]));
}

static Peer
peer_of(const PeerLine &line, const std::string &program)
{
    Peer peer;
    const std::string sides = line.text("sides");

    peer.program = program;
    peer.name = line.text("name");
    peer.version = line.text("version");
    peer.flags = line.text("lang") + ": " + line.text("flags");
    peer.note = line.text("note");
    peer.kinds = split_commas(line.text("kinds"));
    peer.unbounded = line.text("cap") == "unbounded";
    peer.capacity_min = static_cast<int>(line.number("cap", 1));
    peer.binds_itself = line.text("binds") == "threads";
    peer.one_producer = sides == "spsc" || sides == "spmc";
    peer.one_consumer = sides == "spsc" || sides == "mpsc";
    return peer;
}

static void
meet(const std::string &path, const std::string &program, FoundPeers &peers)
{
    std::vector<PeerLine> hello;
    std::string why;
    PeerChild child(path, {});

    if (!hear_hello(child, hello, why)) {
        peers.missing.push_back(program + ": " + why);
        return;
    }
    for (const PeerLine &line : hello) {
        const Peer peer = peer_of(line, path);
        bool known = false;
        for (const Peer &other : peers.found)
            known = known || other.name == peer.name;
        if (!is_name(peer.name) || known)
            peers.missing.push_back(program + ": a contender has no name, or "
                                              "one that is taken");
        else
            peers.found.push_back(peer);
    }
}

FoundPeers
find_peers()
{
    FoundPeers peers;
    const std::string folder = peer_folder();
    std::ifstream list(folder + "/peers.txt");
    std::string line;

    if (!list)
        peers.missing.push_back("peers: none built");
    while (std::getline(list, line)) {
        const size_t space = std::min(line.find(' '), line.size());
        const std::string program = line.substr(0, space);
        const std::string path = folder + "/" + program;
        if (program.empty() || program[0] == '#')
            continue;
        if (access(path.c_str(), X_OK) == 0)
            meet(path, program, peers);
        else
            peers.missing.push_back(
                program + ": not built" +
                (space < line.size() ? ", needs" + line.substr(space) : ""));
    }
    return peers;
}

/* What one contender is asked in one cell, but for the window. */
struct PeerJob {
    Peer peer;
    std::string seat; /* its name in the cell, and its child's */
    std::string cell;
    std::string request;
    std::vector<int> cpus;
};

/* Children of the present cell, by contender. */
static std::map<std::string, std::unique_ptr<PeerChild>> children;
static std::string children_cell;

static Sample
voided(const PeerJob &job, Void reason)
{
    Sample sample;

    sample.reason = reason;
    children.erase(job.seat);
    return sample;
}

static PeerChild *
child_of(const PeerJob &job)
{
    std::vector<PeerLine> hello;
    std::string why;

    if (children_cell != job.cell)
        children.clear();
    children_cell = job.cell;
    std::unique_ptr<PeerChild> &child = children[job.seat];
    if (child)
        return child.get();
    child = std::make_unique<PeerChild>(
        job.peer.program,
        job.peer.binds_itself ? std::vector<int>() : job.cpus);
    return hear_hello(*child, hello, why) ? child.get() : nullptr;
}

static Void
fault_of(const PeerLine &answer, const Sample &sample)
{
    const std::string fault = answer.text("fault");

    if (answer.text("sum") == "wrong")
        return Void::lied;
    if (fault == "unbound")
        return Void::unbound;
    if (fault == "stray")
        return Void::stray;
    if (sample.ops <= 0)
        return Void::idle;
    if (answer.number("bound", 0) > 0 && sample.overlap < overlap_min)
        return Void::apart;
    return Void::none;
}

/* Could this be true?  The clocks of both sides are the same. */
static bool
credible(const PeerLine &answer, double window_ns, double waited_ns)
{
    const double window = answer.number("window_ns", -1);
    const double cpu_ns = answer.number("cpu_ns", -1);
    const double overlap = answer.number("overlap", -1);
    const double cpus = static_cast<double>(sysconf(_SC_NPROCESSORS_CONF));
    const std::string sum = answer.text("sum");

    return window >= 0.9 * window_ns && window <= waited_ns && cpu_ns >= 0 &&
           cpu_ns <= (cpus + 1) * waited_ns && overlap >= 0 && overlap <= 1 &&
           answer.number("ops", -1) >= 0 && (sum == "ok" || sum == "wrong") &&
           answer.number("ns", 1) > 0 && answer.number("ns", 1) <= waited_ns;
}

static Sample
sample_of(const PeerLine &answer)
{
    Sample sample;
    auto optional = [&](const char *key) {
        const double value = answer.number(key, -1);
        return value < 0 ? -1 : value;
    };

    sample.ops = answer.number("ops", 0);
    sample.window_ns = answer.number("window_ns", 0);
    sample.overlap = answer.number("overlap", 0);
    sample.cpus = answer.number("cpu_ns", 0) / sample.window_ns;
    if (sample.ops > 0) {
        sample.ns = answer.number("ns", sample.window_ns / sample.ops);
        sample.cpu_ns = answer.number("cpu_ns", 0) / sample.ops;
    }
    sample.share = std::min(optional("share"), 1.0);
    sample.p50_ns = optional("p50_ns");
    sample.p99_ns = optional("p99_ns");
    sample.p999_ns = optional("p999_ns");
    sample.max_ns = optional("max_ns");
    sample.least_ns = optional("least_ns");
    sample.chunks = optional("chunks");
    sample.node = static_cast<int>(answer.number("node", -1));
    sample.reason = fault_of(answer, sample);
    return sample;
}

static Sample
ask(const PeerJob &job, int64_t window_ns)
{
    PeerChild *child = child_of(job);
    const std::string request = job.request +
                                " window_ns=" + std::to_string(window_ns) +
                                " tick_ns=" + std::to_string(ns_per_tick());
    const int64_t began_ns = now_ns();
    const int64_t until_ns =
        began_ns + drain_windows * window_ns + answer_limit_ns;
    std::string text;
    PeerLine answer;

    if (!child)
        return voided(job, Void::crashed);
    if (child->talks_unasked())
        return voided(job, Void::garbled);
    if (!child->say(request))
        return voided(job, Void::crashed);
    const PeerChild::Heard heard = child->hear(text, until_ns);
    const double waited_ns = static_cast<double>(now_ns() - began_ns);
    if (heard == PeerChild::Heard::silence)
        return voided(job, Void::timed_out);
    if (heard == PeerChild::Heard::end)
        return voided(job, Void::crashed);
    if (heard != PeerChild::Heard::line || !parse_peer_line(text, answer))
        return voided(job, Void::garbled);
    if (answer.verb == "unsupported" || answer.verb == "error")
        return voided(job, Void::unable);
    if (answer.verb != "ok" ||
        !credible(answer, static_cast<double>(window_ns), waited_ns))
        return voided(job, Void::garbled);
    return sample_of(answer);
}

/* What a cell's name asks for: "chan/4p4c/cap=64/place=compact". */
struct Wish {
    std::string kind;
    std::string ability; /* of a peer that knows this kind */
    std::string fields;  /* of the request */
    bool many = false;   /* a type for several producers and consumers */
    int producers = 0;
    int consumers = 0;
    int capacity = -1;
};

static bool
read_shape(const std::string &word, Wish &wish)
{
    int length = 0;

    return sscanf(word.c_str(), "%dp%dc%n", &wish.producers, &wish.consumers,
                  &length) == 2 &&
           length == static_cast<int>(word.size());
}

/* What is done with channels that is no stream: "pingpong", "try-full", ... */
static bool
read_deed(const std::string &word, Wish &wish)
{
    static const std::pair<const char *, const char *> known[] = {
        { "pingpong", "pingpong" },    { "pair", "pair" },
        { "try-empty", "try" },        { "try-full", "try" },
        { "select-ready", "select" },  { "select-default", "select" },
        { "select-parked", "select" },
    };

    for (const auto &one : known)
        if (wish.kind == "chan" && word == one.first) {
            wish.kind = one.first;
            wish.ability = one.second;
            return true;
        }
    return false;
}

/* "mpmc" or "spsc": peers with a type for each are asked for the like. */
static bool
read_sides(const std::string &value, Wish &wish)
{
    wish.fields += " sides=" + value;
    wish.many = value == "mpmc";
    return value == "mpmc" || value == "spsc";
}

static void
read_capacity(const std::string &value, Wish &wish)
{
    wish.fields += " cap=" + value;
    wish.capacity = atoi(value.c_str());
}

/* One part of the name; false if no peer knows what it asks for. */
static bool
read_part(const std::string &part, Wish &wish)
{
    const size_t equals = std::min(part.find('='), part.size());
    const std::string key = part.substr(0, equals);
    const std::string value = part.substr(std::min(equals + 1, part.size()));

    const bool streams = wish.kind == "chan" || wish.kind == "ring";

    if (wish.kind.empty() &&
        (key == "chan" || key == "ring" || key == "mutex" || key == "rw"))
        wish.kind = wish.ability = key;
    else if (read_deed(key, wish))
        return true;
    else if (streams && read_shape(key, wish))
        wish.fields += " shape=" + key;
    else if (key == "kind" && wish.kind == "ring")
        return read_sides(value, wish);
    else if (key == "cases" && wish.ability == "select")
        wish.fields += " cases=" + value;
    else if (key == "cap" && !value.empty())
        read_capacity(value, wish);
    else if (key == "writes" && wish.kind == "rw")
        wish.fields += " writes=" + std::to_string(atof(value.c_str()) / 100);
    else if (key == "threads" && !streams)
        wish.fields += " threads=" + value;
    else
        return key == "place" || part == "size=8";
    return true;
}

static bool
read_wish(const Cell &cell, Wish &wish)
{
    const std::string &name = cell.name;

    for (size_t at = 0; at <= name.size();) {
        const size_t slash = std::min(name.find('/', at), name.size());
        if (!read_part(name.substr(at, slash - at), wish))
            return false;
        at = slash + 1;
    }
    if ((wish.kind == "chan" || wish.kind == "ring") && wish.producers == 0)
        return false;
    return !wish.kind.empty();
}

/* Unbounded queues stand beside the largest capacity only. */
constexpr int capacity_of_unbounded = 1024;

static bool
can(const Peer &peer, const Wish &wish)
{
    if (std::find(peer.kinds.begin(), peer.kinds.end(), wish.ability) ==
        peer.kinds.end())
        return false;
    if (wish.kind == "mutex" || wish.kind == "rw")
        return true;
    if ((peer.one_producer && (wish.many || wish.producers > 1)) ||
        (peer.one_consumer && (wish.many || wish.consumers > 1)))
        return false;
    if (peer.unbounded)
        return wish.capacity >= capacity_of_unbounded;
    return wish.capacity >= peer.capacity_min;
}

/* As it appears in the note: another contract must be seen. */
static std::string
note_of(const Peer &peer)
{
    if (!peer.unbounded)
        return peer.note;
    return "unbounded" + std::string(peer.note.empty() ? "" : "; ") + peer.note;
}

static Contender
contender_of(const PeerJob &job)
{
    Contender out;

    out.name = job.seat;
    out.role = Role::peer;
    out.version = job.peer.version;
    out.flags = job.peer.flags;
    out.note = note_of(job.peer);
    out.start_ns = peer_start_ns;
    out.measure = [job](int64_t window_ns) { return ask(job, window_ns); };
    return out;
}

void
add_peers(Cell &cell, const Topology &topology, const std::vector<Peer> &peers,
          const std::string &suffix)
{
    Wish wish;
    PeerJob job;
    std::string cpus;

    if (cell.place.bind == Bind::none || !read_wish(cell, wish))
        return;
    for (int pu : cell.place.pus) {
        job.cpus.push_back(topology.pus[pu].os);
        cpus += (cpus.empty() ? "" : ",") + std::to_string(job.cpus.back());
    }
    job.cell = cell.name;
    for (const Peer &peer : peers) {
        if (!can(peer, wish))
            continue;
        job.peer = peer;
        job.seat = peer.name + suffix;
        job.request = "run" + peer_field("name", peer.name) +
                      " kind=" + wish.kind + wish.fields +
                      " size=8 cpus=" + cpus +
                      " node=" + std::to_string(cell.place.node);
        cell.contenders.push_back(contender_of(job));
    }
}

} // namespace bench
