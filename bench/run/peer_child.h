// SPDX-License-Identifier: MIT
/*
 * run/peer_child.h - a peer's process and the line between it and us.
 *
 * The child is bound to its cell's CPUs before it starts, leads a process group
 * of its own and is killed with all of that when the object goes, and when this
 * program ends.  Whatever it does, hangs, floods, crashes, is a result here and
 * never an end of our run.
 */
#ifndef BENCH_RUN_PEER_CHILD_H
#define BENCH_RUN_PEER_CHILD_H

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace bench
{

class PeerChild
{
  public:
    enum class Heard {
        line,
        silence, /**< nothing until the limit */
        end,     /**< it has ended */
        noise,   /**< more, or longer lines, than the protocol has */
    };

    /** Start the program; with OS numbers of CPUs, bound to these. */
    PeerChild(const std::string &path, const std::vector<int> &cpus);
    ~PeerChild();
    PeerChild(const PeerChild &) = delete;
    PeerChild &operator=(const PeerChild &) = delete;

    /** False if it takes no line any more. */
    bool say(const std::string &line);

    /** The next line, without its end; waits until the clock's `until_ns`. */
    Heard hear(std::string &line, int64_t until_ns);

    /** Has it written what nobody asked for? */
    bool talks_unasked();

    /** Kill it and tell how it had ended: "ended by signal 11". */
    std::string stop();

  private:
    bool take_line(std::string &line);

    pid_t pid_ = -1;
    int socket_ = -1;
    std::string heard_;
};

} // namespace bench

#endif
