// SPDX-License-Identifier: MIT
/*
 * load/object.h - an object under test, made where it will be used.
 *
 * The object's own memory lies on the place's node; what it allocates itself
 * is allocated by a thread bound there, whose new pages come from that node.
 */
#ifndef BENCH_LOAD_OBJECT_H
#define BENCH_LOAD_OBJECT_H

#include "measure/team.h"
#include "run/sample.h"

#include <new>
#include <utility>

namespace bench
{

template <class T> class Object
{
  public:
    template <class... Args>
    Object(const Topology &topology, const Place &place, Args... arguments)
        : topology_(topology)
    {
        at_home(topology, place, [&] {
            memory_ = node_alloc(topology, place.node, sizeof(T));
            object_ = new (memory_) T(arguments...);
        });
        node_ = node_of_memory(topology, address_of(*object_, 0), sizeof(long));
    }

    ~Object()
    {
        object_->~T();
        node_free(topology_, memory_, sizeof(T));
    }

    Object(const Object &) = delete;
    Object &operator=(const Object &) = delete;

    T &operator*()
    {
        return *object_;
    }
    T *operator->()
    {
        return object_;
    }
    int node() const
    {
        return node_;
    }

  private:
    /* What the threads fight for: a handle's target, or the object itself. */
    template <class U>
    static auto address_of(const U &object, int) -> decltype(object.where())
    {
        return object.where();
    }

    template <class U> static const void *address_of(const U &object, long)
    {
        return &object;
    }

    const Topology &topology_;
    void *memory_ = nullptr;
    T *object_ = nullptr;
    int node_ = -1;
};

/** Times of a team into a sample; `ops` and `wrong` are set before. */
void finish_sample(Sample &sample, const TeamTimes &times, bool bound);

/** p50, p99, p99.9 and max of a histogram of ticks into a sample. */
void finish_latency(Sample &sample, const Hist &hist);

} // namespace bench

#endif
