// SPDX-License-Identifier: MIT
/*
 * load/object.h - an object under test, made where it will be used.
 *
 * The object's own memory, and what it allocates while it is made, lies where
 * the place says.  A heap hands out pages that another object has touched
 * before: those are moved.  Where it lies in the end is looked up, and a sample
 * of an object that lies elsewhere is void.  What workers allocate later, and
 * their stacks, is near each of them.
 * Its offset within its pages, and on the heap, is drawn anew in every round.
 */
#ifndef BENCH_LOAD_OBJECT_H
#define BENCH_LOAD_OBJECT_H

#include "measure/layout.h"
#include "measure/team.h"
#include "run/sample.h"

#include <memory>
#include <new>
#include <utility>

namespace bench
{

/** Where memory came to lie, and whether that is what its place wants. */
struct Whereabouts {
    int node = -1; /**< by OS number; the first of several; -1: not told */
    bool elsewhere = false;
};

/** Move memory where the place wants it, if need be, and look. */
Whereabouts settle(const Topology &topology, const Place &place,
                   const void *memory, size_t bytes);

template <class T> class Object
{
  public:
    template <class... Args>
    Object(const Topology &topology, const Place &place, Args... arguments)
        : topology_(topology)
    {
        at_home(topology, place, [&] {
            memory_ =
                node_alloc(topology, memory_nodes(topology, place), bytes);
            const std::unique_ptr<char[]> pad(new char[layout_offset() + 1]);
            object_ = new (static_cast<char *>(memory_) + layout_offset())
                T(arguments...);
        });
        const Whereabouts own = settle(topology, place, memory_, bytes);
        there_ = settle(topology, place, address_of(*object_, 0),
                        span_of(*object_, 0));
        there_.elsewhere = there_.elsewhere || own.elsewhere;
    }

    ~Object()
    {
        object_->~T();
        node_free(topology_, memory_, bytes);
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

    /** Before finish_sample(), which voids what lay elsewhere. */
    void tell(Sample &sample) const
    {
        sample.node = there_.node;
        sample.elsewhere = there_.elsewhere;
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

    /* How much of it; a handle that does not say has one page looked at. */
    template <class U>
    static auto span_of(const U &object, int) -> decltype(object.span())
    {
        return object.span();
    }

    template <class U> static size_t span_of(const U &, long)
    {
        return sizeof(long);
    }

    static constexpr size_t bytes = sizeof(T) + layout_span;

    const Topology &topology_;
    void *memory_ = nullptr;
    T *object_ = nullptr;
    Whereabouts there_;
};

/** Times of a team into a sample; `ops` and `wrong` are set before. */
void finish_sample(Sample &sample, const TeamTimes &times, bool bound);

/** p50, p99, p99.9 and max of a histogram of ticks into a sample. */
void finish_latency(Sample &sample, const Hist &hist);

} // namespace bench

#endif
