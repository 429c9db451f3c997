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
template <class Queue> class Tokens
{
  public:
    explicit Tokens(size_t capacity) : queue_(capacity)
    {
    }

  protected:
    moodycamel::ProducerToken &producer()
    {
        static thread_local std::optional<moodycamel::ProducerToken> token;

        if (!token)
            token.emplace(queue_);
        return *token;
    }

    moodycamel::ConsumerToken &consumer()
    {
        static thread_local std::optional<moodycamel::ConsumerToken> token;

        if (!token)
            token.emplace(queue_);
        return *token;
    }

    Queue queue_;
};

class Concurrent : public Tokens<moodycamel::ConcurrentQueue<uint64_t>>
{
  public:
    using Tokens::Tokens;

    bool try_put(uint64_t message)
    {
        return queue_.enqueue(producer(), message);
    }

    bool try_take(uint64_t &message)
    {
        return queue_.try_dequeue(consumer(), message);
    }
};

class ConcurrentBlocking
    : public Tokens<moodycamel::BlockingConcurrentQueue<uint64_t>>
{
  public:
    using Tokens::Tokens;

    void send(uint64_t message)
    {
        queue_.enqueue(producer(), message);
    }

    uint64_t recv()
    {
        uint64_t message;

        queue_.wait_dequeue(consumer(), message);
        return message;
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

    program.add("moodycamel",
                "kinds=chan,pingpong cap=unbounded note=\"order per producer; "
                "spins: 64 pauses, a yield, again; no close\"",
                any_chan<Spinning<Concurrent>>());
    program.add("moodycamel-blocking",
                "kinds=chan,pingpong cap=unbounded "
                "note=\"order per producer; no close\"",
                any_chan<ConcurrentBlocking>());
    program.add("moodycamel-rw", spsc + PEER_SPINS,
                any_chan<Spinning<ReaderWriter>>());
    program.add("moodycamel-rw-blocking",
                "kinds=chan,pingpong sides=spsc cap=unbounded "
                "note=\"no close\"",
                any_chan<ReaderWriterBlocking>());
    program.add("moodycamel-circular", spsc + "note=\"no close\"",
                any_chan<Circular>());
    return program.serve();
}
