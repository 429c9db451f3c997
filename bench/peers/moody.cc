// SPDX-License-Identifier: MIT
/*
 * peers/moody.cc - moodycamel's ConcurrentQueue and ReaderWriterQueue.
 *
 * As its author advises: a token per producer and consumer thread, room for the
 * cell's capacity from the start, and of each queue the blocking form, too.
 * ConcurrentQueue keeps order per producer only and has no bound.
 * ReaderWriterQueue is bounded by try_enqueue, which never allocates; its
 * blocking form bounds nobody, the circular buffer blocks on both sides.
 */
#include "peers/peer.h"

#include <concurrentqueue/blockingconcurrentqueue.h>
#include <concurrentqueue/concurrentqueue.h>
#include <readerwriterqueue/readerwritercircularbuffer.h>
#include <readerwriterqueue/readerwriterqueue.h>

#include <optional>

namespace bench
{

/* A thread here uses one queue to send and one to receive, and ends before
 * both, so its tokens can live in its own storage. */
struct Ends {
    std::optional<moodycamel::ProducerToken> producer;
    std::optional<moodycamel::ConsumerToken> consumer;
    unsigned marks = 0; /* end marks that it has taken */
};

static thread_local Ends ends;

/*
 * With order per producer only, an end mark may overtake what other producers
 * sent before it.  A consumer that has got one goes on until the queue is
 * empty, which nobody fills any more; then it gives back the marks of others
 * and ends.
 */
template <class Queue> class Marked
{
  public:
    explicit Marked(size_t capacity) : queue_(capacity)
    {
    }

    bool put(uint64_t message)
    {
        if (!ends.producer)
            ends.producer.emplace(queue_);
        return queue_.enqueue(*ends.producer, message);
    }

  protected:
    moodycamel::ConsumerToken &consumer()
    {
        if (!ends.consumer)
            ends.consumer.emplace(queue_);
        return *ends.consumer;
    }

    /* What a consumer with a mark gets next. */
    uint64_t rest()
    {
        uint64_t message;

        do {
            if (!queue_.try_dequeue(consumer(), message))
                continue;
            if (message != end_mark)
                return message;
            ends.marks++;
        } while (queue_.size_approx() > 0);
        for (; ends.marks > 1; ends.marks--)
            put(end_mark);
        return end_mark;
    }

    Queue queue_;
};

class Concurrent : public Marked<moodycamel::ConcurrentQueue<uint64_t>>
{
  public:
    using Marked::Marked;

    bool try_put(uint64_t message)
    {
        return put(message);
    }

    bool try_take(uint64_t &message)
    {
        if (ends.marks == 0 && !queue_.try_dequeue(consumer(), message))
            return false;
        if (ends.marks == 0 && message != end_mark)
            return true;
        if (ends.marks == 0)
            ends.marks = 1;
        message = rest();
        return true;
    }
};

class ConcurrentBlocking
    : public Marked<moodycamel::BlockingConcurrentQueue<uint64_t>>
{
  public:
    using Marked::Marked;

    void send(uint64_t message)
    {
        put(message);
    }

    uint64_t recv()
    {
        uint64_t message;

        if (ends.marks > 0)
            return rest();
        queue_.wait_dequeue(consumer(), message);
        if (message != end_mark)
            return message;
        ends.marks = 1;
        return rest();
    }
};

class ReaderWriter
{
  public:
    explicit ReaderWriter(size_t capacity) : queue_(capacity)
    {
    }

    bool try_put(uint64_t message)
    {
        return queue_.try_enqueue(message);
    }

    bool try_take(uint64_t &message)
    {
        return queue_.try_dequeue(message);
    }

  private:
    moodycamel::ReaderWriterQueue<uint64_t> queue_;
};

class ReaderWriterBlocking
{
  public:
    explicit ReaderWriterBlocking(size_t capacity) : queue_(capacity)
    {
    }

    void send(uint64_t message)
    {
        queue_.enqueue(message);
    }

    uint64_t recv()
    {
        uint64_t message;

        queue_.wait_dequeue(message);
        return message;
    }

  private:
    moodycamel::BlockingReaderWriterQueue<uint64_t> queue_;
};

class Circular
{
  public:
    explicit Circular(size_t capacity) : queue_(capacity)
    {
    }

    void send(uint64_t message)
    {
        queue_.wait_enqueue(message);
    }

    uint64_t recv()
    {
        uint64_t message;

        queue_.wait_dequeue(message);
        return message;
    }

  private:
    moodycamel::BlockingReaderWriterCircularBuffer<uint64_t> queue_;
};

} // namespace bench

int
main()
{
    using namespace bench;
    Program program("1.0", PEER_FLAGS);
    const std::string spsc = "kinds=chan,pingpong sides=spsc cap=1 ";
    const std::string ring = "kinds=chan,pingpong,ring sides=spsc cap=1 ";

    program.add("moodycamel",
                "kinds=chan,pingpong cap=unbounded note=\"order per producer; "
                "spins: 256 pauses, a yield, again; no close\"",
                any_chan<Spinning<Concurrent>>());
    program.add("moodycamel-blocking",
                "kinds=chan,pingpong cap=unbounded "
                "note=\"order per producer; no close\"",
                any_chan<ConcurrentBlocking>());
    program.add("moodycamel-rw", ring + PEER_SPINS,
                any_chan<Spinning<ReaderWriter>>());
    program.add("moodycamel-rw-blocking",
                "kinds=chan,pingpong sides=spsc cap=unbounded "
                "note=\"no close\"",
                any_chan<ReaderWriterBlocking>());
    program.add("moodycamel-circular", spsc + "note=\"no close\"",
                any_chan<Circular>());
    return program.serve();
}
