// SPDX-License-Identifier: MIT
/*
 * peers/urcu.cc - liburcu's wfcqueue, inlined (_LGPL_SOURCE).
 *
 * The queue links nodes that belong to its users, so a message costs them an
 * allocation.  One consumer needs no lock; several share the queue's own.
 */
#include "peers/peer.h"

#define _LGPL_SOURCE
extern "C" {
#include <urcu/wfcqueue.h>
}

#include <new>

namespace bench
{

struct UrcuNode {
    cds_wfcq_node node;
    uint64_t message;
};

template <bool one_producer, bool one_consumer> class UrcuQueue
{
  public:
    explicit UrcuQueue(size_t)
    {
        cds_wfcq_init(&head_, &tail_);
    }
    ~UrcuQueue()
    {
        cds_wfcq_destroy(&head_, &tail_);
    }
    UrcuQueue(const UrcuQueue &) = delete;
    UrcuQueue &operator=(const UrcuQueue &) = delete;

    bool try_put(uint64_t message)
    {
        UrcuNode *own = new UrcuNode;

        cds_wfcq_node_init(&own->node);
        own->message = message;
        cds_wfcq_enqueue(cds_wfcq_head_cast(&head_), &tail_, &own->node);
        return true;
    }

    bool try_take(uint64_t &message)
    {
        cds_wfcq_node *node = one_consumer
                                  ? __cds_wfcq_dequeue_blocking(
                                        cds_wfcq_head_cast(&head_), &tail_)
                                  : cds_wfcq_dequeue_blocking(&head_, &tail_);

        if (!node)
            return false;
        UrcuNode *own = reinterpret_cast<UrcuNode *>(node);
        message = own->message;
        delete own;
        return true;
    }

  private:
    alignas(128) cds_wfcq_head head_;
    alignas(128) cds_wfcq_tail tail_;
};

template <bool one_producer, bool one_consumer>
using SpinningUrcu = Spinning<UrcuQueue<one_producer, one_consumer>>;

} // namespace bench

int
main()
{
    using namespace bench;
    Program program(PEER_VERSION, PEER_FLAGS " -D_LGPL_SOURCE");

    program.add("urcu-wfcqueue",
                "kinds=chan,pingpong cap=unbounded note=\"a new node per "
                "message; spins: 256 pauses, a yield, again; no close\"",
                sided_chan<SpinningUrcu>());
    return program.serve();
}
