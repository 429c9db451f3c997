// SPDX-License-Identifier: MIT
/*
 * impl/list_twin.h - the fair twin of an unbounded channel: a list of one mutex
 * and a condition variable.  Fair as impl/chan_twin.h says; besides, nodes that
 * were read are used again, the latest first, and a new one is allocated
 * outside the mutex.
 */
#ifndef BENCH_IMPL_LIST_TWIN_H
#define BENCH_IMPL_LIST_TWIN_H

#include "impl/chan_twin.h"

namespace bench
{

template <size_t Bytes> class TwinListOf
{
  public:
    using Element = Message<Bytes>;

    explicit TwinListOf(size_t)
    {
    }
    ~TwinListOf()
    {
        drop(first_);
        drop(spare_);
        pthread_cond_destroy(&not_empty_);
        pthread_mutex_destroy(&mutex_);
    }
    TwinListOf(const TwinListOf &) = delete;
    TwinListOf &operator=(const TwinListOf &) = delete;

    void send(uint64_t number)
    {
        Element message;

        pack(message, number);
        pthread_mutex_lock(&mutex_);
        Node *node = spare_;
        if (node) {
            spare_ = node->next;
        } else {
            pthread_mutex_unlock(&mutex_);
            node = new Node;
            pthread_mutex_lock(&mutex_);
        }
        node->message = message;
        node->next = nullptr;
        (first_ ? last_->next : first_) = node;
        last_ = node;
        const bool wake = take_one(receivers_);
        pthread_mutex_unlock(&mutex_);
        if (wake)
            pthread_cond_signal(&not_empty_);
    }

    uint64_t recv()
    {
        pthread_mutex_lock(&mutex_);
        while (!first_) {
            receivers_++;
            pthread_cond_wait(&not_empty_, &mutex_);
        }
        Node *node = first_;
        first_ = node->next;
        const Element message = node->message;
        node->next = spare_;
        spare_ = node;
        pthread_mutex_unlock(&mutex_);
        return unpack(message);
    }

  private:
    struct Node {
        Node *next;
        Element message;
    };

    static void drop(Node *node)
    {
        while (node) {
            Node *next = node->next;
            delete node;
            node = next;
        }
    }

    alignas(128) pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
    alignas(128) pthread_cond_t not_empty_ = PTHREAD_COND_INITIALIZER;
    /* All below is guarded by mutex_. */
    alignas(128) Node *first_ = nullptr;
    Node *last_ = nullptr;
    Node *spare_ = nullptr;
    unsigned receivers_ = 0;
};

} // namespace bench

#endif
