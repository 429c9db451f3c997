// SPDX-License-Identifier: MIT
/* run/sample.cc - why a sample does not count, in words. */
#include "run/sample.h"

namespace bench
{

const char *
void_reason(Void reason)
{
    switch (reason) {
    case Void::none:
        return "counts";
    case Void::unbound:
        return "a worker could not be bound to its CPU";
    case Void::stray:
        return "a worker left its CPU";
    case Void::apart:
        return "the workers did not run at the same time";
    case Void::throttled:
        return "the CPUs were throttled";
    case Void::timed_out:
        return "did not end in time";
    case Void::idle:
        return "nothing ended inside the window";
    case Void::refused:
        return "the machine did not grant as many threads";
    case Void::elsewhere:
        return "the memory lay on another node";
    case Void::crashed:
        return "the peer crashed";
    case Void::garbled:
        return "the peer's answer makes no sense";
    case Void::unable:
        return "the peer cannot do this";
    case Void::lied:
        return "the sums do not add up: it lost, doubled or tore data";
    }
    return "unknown";
}

} // namespace bench
