// SPDX-License-Identifier: MIT
/*
 * load/lock_many.h - threads take locks at random from a table, as in a hash
 * table with a lock per bucket.
 *
 * Packed, neighbours share cache lines and disturb each other without waiting
 * for each other; apart, each lock with its counter has lines of its own.
 */
#ifndef BENCH_LOAD_LOCK_MANY_H
#define BENCH_LOAD_LOCK_MANY_H

#include "load/lock_alone.h"
#include "load/work.h"

namespace bench
{

template <class Lock> struct alignas(128) CountedApart : Counted<Lock> {
};

/** So many items in one piece of memory, on a line. */
template <class Item> class Table
{
  public:
    explicit Table(size_t size) : size_(size)
    {
        memory_ = static_cast<char *>(
            aligned_alloc(128, (size * sizeof(Item) + 127) / 128 * 128));
        if (!memory_)
            abort();
        items_ = reinterpret_cast<Item *>(memory_);
        for (size_t i = 0; i < size; i++)
            new (&items_[i]) Item();
    }
    ~Table()
    {
        for (size_t i = 0; i < size_; i++)
            items_[i].~Item();
        std::free(memory_);
    }
    Table(const Table &) = delete;
    Table &operator=(const Table &) = delete;

    Item &operator[](size_t i)
    {
        return items_[i];
    }
    size_t size() const
    {
        return size_;
    }
    const void *where() const
    {
        return memory_;
    }

  private:
    size_t size_;
    char *memory_;
    Item *items_;
};

template <class Lock, class Item>
void
pick_locks(Worker &w, Table<Item> &table)
{
    typename Lock::Seat seat;
    Random random(static_cast<uint64_t>(w.index) + 7);
    const uint64_t size = table.size();
    uint64_t ops = 0;

    w.start();
    while (!w.stopped()) {
        const uint64_t i = ((random.next() >> 32) * size) >> 32;
        if (ops % timed_every == 0) {
            const uint64_t before = ticks();
            table[i].lock.lock(seat);
            w.hist->add(ticks() - before);
            table[i].count++;
            table[i].lock.unlock(seat);
        } else {
            count_one(table[i], seat);
        }
        ops++;
    }
    w.finish();
    w.ops = ops;
}

/** Item: Counted<Lock> or CountedApart<Lock>. */
template <class Lock, class Item>
Sample
many_locks(const Topology &topology, const Place &place, int workers,
           size_t locks, int64_t window_ns)
{
    Sample sample;
    Object<Table<Item>> table(topology, place, locks);
    Team team(topology, place, workers);
    uint64_t sum = 0;

    const TeamTimes times =
        team.run(window_ns, [&](Worker &w) { pick_locks<Lock>(w, *table); });
    settle_workers(team, 0, sample);
    for (size_t i = 0; i < locks; i++)
        sum += (*table)[i].count;
    sample.wrong = static_cast<double>(sum) != sample.ops;
    sample.bytes = sizeof(Item);
    table.tell(sample);
    finish_sample(sample, times, fits(place, workers));
    finish_latency(sample, team.merged());
    return sample;
}

} // namespace bench

#endif
