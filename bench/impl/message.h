// SPDX-License-Identifier: MIT
/*
 * impl/message.h - messages of 8, 64 and 256 bytes that carry a number.
 *
 * A wide message has its number in every word; if the first and the last
 * differ, what is read back is another number, so a torn copy shows in the
 * sums.  The empty statements have the whole message in memory when it is sent
 * and when it has come: no contender gets away with copying two words of it.
 */
#ifndef BENCH_IMPL_MESSAGE_H
#define BENCH_IMPL_MESSAGE_H

#include <cstddef>
#include <cstdint>

namespace bench
{

template <size_t Bytes> struct Wide {
    uint64_t word[Bytes / 8];
};

template <size_t Bytes> struct MessageOf {
    using type = Wide<Bytes>;
};
template <> struct MessageOf<8> {
    using type = uint64_t;
};

/** The message type of so many bytes. */
template <size_t Bytes> using Message = typename MessageOf<Bytes>::type;

inline void
pack(uint64_t &message, uint64_t number)
{
    message = number;
}

inline uint64_t
unpack(uint64_t message)
{
    return message;
}

template <size_t Bytes>
void
pack(Wide<Bytes> &message, uint64_t number)
{
    for (uint64_t &word : message.word)
        word = number;
    __asm__ volatile("" : : "m"(message));
}

template <size_t Bytes>
uint64_t
unpack(const Wide<Bytes> &message)
{
    __asm__ volatile("" : : "m"(message));
    const uint64_t first = message.word[0];
    const uint64_t last = message.word[Bytes / 8 - 1];

    return first + (first ^ last);
}

} // namespace bench

#endif
