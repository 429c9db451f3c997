// SPDX-License-Identifier: MIT
/*
 * load/memory.h - bytes of memory per object.
 *
 * `many` objects are made and each is used once; the figure is what the
 * allocator has handed out for them and their own size, which is exact.  The
 * time of it means nothing and is not the figure.
 */
#ifndef BENCH_LOAD_MEMORY_H
#define BENCH_LOAD_MEMORY_H

#include "load/object.h"

#include <malloc.h>

namespace bench
{

constexpr size_t memory_objects = 1000;

/** What the allocator has handed out, its own headers included. */
inline double
heap_bytes()
{
    const struct mallinfo2 now = mallinfo2();

    return static_cast<double>(now.uordblks + now.hblkhd);
}

/** use(object) returns whether all was right. */
template <class T, class Use, class... Args>
Sample
memory_of(Use use, Args... arguments)
{
    Sample sample;
    const double before = heap_bytes();
    void *const memory =
        ::operator new(memory_objects * sizeof(T), std::align_val_t(128));
    T *const all = static_cast<T *>(memory);

    for (size_t i = 0; i < memory_objects; i++) {
        new (&all[i]) T(arguments...);
        sample.wrong = !use(all[i]) || sample.wrong;
    }
    sample.bytes = (heap_bytes() - before) / memory_objects;
    for (size_t i = 0; i < memory_objects; i++)
        all[i].~T();
    ::operator delete(memory, std::align_val_t(128));
    sample.ns = sample.bytes;
    sample.ops = memory_objects;
    sample.overlap = 1;
    return sample;
}

} // namespace bench

#endif
