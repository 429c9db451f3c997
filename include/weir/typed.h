/* SPDX-License-Identifier: MIT */
/*
 * weir/typed.h - channels of one element type, checked when they are compiled.
 *
 * WEIR_CHAN(name, T) declares the types and functions of channels of T.  The
 * generic calls below take any such channel or view; a wrong element type, a
 * receive from a sender view or a send to a receiver view does not compile.
 *
 * How: a `name` is a weir_chan under another type.  The members of that type
 * are never there; they carry T, and exist only for the directions that the
 * view allows.
 */
#ifndef WEIR_TYPED_H
#define WEIR_TYPED_H

#include <weir/chan.h>

#ifdef __cplusplus
#include <type_traits>
#define WEIR_CHAN_ASSERT_(T)                                                   \
    static_assert(std::is_trivially_copyable<T>::value,                        \
                  "weir copies messages as bytes")
#else
#define WEIR_CHAN_ASSERT_(T) _Static_assert(sizeof(T) > 0, "complete type")
#endif

#define WEIR_INLINE_ __attribute__((unused)) static inline

#define WEIR_UNTYPED_(c) ((weir_chan *)(void *)(c))

/**
 * Declare channels of T: the type `name`, the views `name_sender` and
 * `name_receiver`, and
 *
 *     name *name_make(size_t capacity);         void name_free(name *);
 *     name *name_make_with(size_t capacity, const weir_chan_options *);
 *     int name_send(name *, T);                 int name_recv(name *, T *);
 *     int name_try_send(name *, T);             int name_try_recv(name *, T *);
 *     int name_send_until(name *, T, weir_limit);
 *     int name_recv_until(name *, T *, weir_limit);
 *     int name_close(name *);
 *     size_t name_len(const name *);            size_t name_cap(const name *);
 *     name_sender *name_as_sender(name *);      a view is the channel itself,
 *     name_receiver *name_as_receiver(name *);  and is not freed
 *     weir_chan *name_as_chan(name *);          for sets, descriptors, counts
 *
 * each as its weir_chan_ namesake, with messages of type T by value.
 */
#define WEIR_CHAN(name, T)                                                     \
    WEIR_CHAN_ASSERT_(T);                                                      \
    typedef struct name {                                                      \
        T *weir_tx_;                                                           \
        T *weir_rx_;                                                           \
    } name;                                                                    \
    typedef struct name##_sender {                                             \
        T *weir_tx_;                                                           \
    } name##_sender;                                                           \
    typedef struct name##_receiver {                                           \
        T *weir_rx_;                                                           \
    } name##_receiver;                                                         \
    WEIR_INLINE_ WEIR_NODISCARD name *name##_make(size_t capacity)             \
    {                                                                          \
        return (name *)(void *)weir_chan_make(sizeof(T), capacity);            \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD name *name##_make_with(                        \
        size_t capacity, const weir_chan_options *options)                     \
    {                                                                          \
        return (name *)(void *)weir_chan_make_with(sizeof(T), capacity,        \
                                                   options);                   \
    }                                                                          \
    WEIR_INLINE_ void name##_free(name *c)                                     \
    {                                                                          \
        weir_chan_free(WEIR_UNTYPED_(c));                                      \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD int name##_send(name *c, T v)                  \
    {                                                                          \
        return weir_chan_send(WEIR_UNTYPED_(c), &v);                           \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD int name##_try_send(name *c, T v)              \
    {                                                                          \
        return weir_chan_try_send(WEIR_UNTYPED_(c), &v);                       \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD int name##_send_until(name *c, T v,            \
                                                      weir_limit limit)        \
    {                                                                          \
        return weir_chan_send_until(WEIR_UNTYPED_(c), &v, limit);              \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD int name##_recv(name *c, T *v)                 \
    {                                                                          \
        return weir_chan_recv(WEIR_UNTYPED_(c), v);                            \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD int name##_try_recv(name *c, T *v)             \
    {                                                                          \
        return weir_chan_try_recv(WEIR_UNTYPED_(c), v);                        \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD int name##_recv_until(name *c, T *v,           \
                                                      weir_limit limit)        \
    {                                                                          \
        return weir_chan_recv_until(WEIR_UNTYPED_(c), v, limit);               \
    }                                                                          \
    WEIR_INLINE_ WEIR_NODISCARD weir_chan *name##_as_chan(name *c)             \
    {                                                                          \
        return WEIR_UNTYPED_(c);                                               \
    }                                                                          \
    WEIR_INLINE_ int name##_close(name *c)                                     \
    {                                                                          \
        return weir_chan_close(WEIR_UNTYPED_(c));                              \
    }                                                                          \
    WEIR_INLINE_ size_t name##_len(const name *c)                              \
    {                                                                          \
        return weir_chan_len((const weir_chan *)(const void *)c);              \
    }                                                                          \
    WEIR_INLINE_ size_t name##_cap(const name *c)                              \
    {                                                                          \
        return weir_chan_cap((const weir_chan *)(const void *)c);              \
    }                                                                          \
    WEIR_INLINE_ name##_sender *name##_as_sender(name *c)                      \
    {                                                                          \
        return (name##_sender *)(void *)c;                                     \
    }                                                                          \
    WEIR_INLINE_ name##_receiver *name##_as_receiver(name *c)                  \
    {                                                                          \
        return (name##_receiver *)(void *)c;                                   \
    }                                                                          \
    struct name

#ifdef __cplusplus

/* Which channels may be sent to or received from, and their element.  The
 * element parameter is not deduced, so that literals convert. */
template <class P> struct weir_pointee_;
template <class T> struct weir_pointee_<T *> {
    typedef T type;
};
template <class C> struct weir_tx_of_ {
    typedef typename weir_pointee_<decltype(C::weir_tx_)>::type type;
};
template <class C> struct weir_rx_of_ {
    typedef typename weir_pointee_<decltype(C::weir_rx_)>::type type;
};

template <class C>
WEIR_NODISCARD inline int
weir_send(C *c, const typename weir_tx_of_<C>::type &v)
{
    return weir_chan_send(WEIR_UNTYPED_(c), &v);
}

template <class C>
WEIR_NODISCARD inline int
weir_try_send(C *c, const typename weir_tx_of_<C>::type &v)
{
    return weir_chan_try_send(WEIR_UNTYPED_(c), &v);
}

template <class C>
WEIR_NODISCARD inline int
weir_send_until(C *c, const typename weir_tx_of_<C>::type &v, weir_limit limit)
{
    return weir_chan_send_until(WEIR_UNTYPED_(c), &v, limit);
}

template <class C>
WEIR_NODISCARD inline int
weir_recv(C *c, typename weir_rx_of_<C>::type *v)
{
    return weir_chan_recv(WEIR_UNTYPED_(c), v);
}

template <class C>
WEIR_NODISCARD inline int
weir_try_recv(C *c, typename weir_rx_of_<C>::type *v)
{
    return weir_chan_try_recv(WEIR_UNTYPED_(c), v);
}

template <class C>
WEIR_NODISCARD inline int
weir_recv_until(C *c, typename weir_rx_of_<C>::type *v, weir_limit limit)
{
    return weir_chan_recv_until(WEIR_UNTYPED_(c), v, limit);
}

template <class C>
WEIR_NODISCARD inline int
weir_send_n(C *c, const typename weir_tx_of_<C>::type *msgs, size_t n,
            size_t *sent)
{
    return weir_chan_send_n(WEIR_UNTYPED_(c), msgs, n, sent);
}

template <class C>
WEIR_NODISCARD inline int
weir_try_send_n(C *c, const typename weir_tx_of_<C>::type *msgs, size_t n,
                size_t *sent)
{
    return weir_chan_try_send_n(WEIR_UNTYPED_(c), msgs, n, sent);
}

template <class C>
WEIR_NODISCARD inline int
weir_send_n_until(C *c, const typename weir_tx_of_<C>::type *msgs, size_t n,
                  size_t *sent, weir_limit limit)
{
    return weir_chan_send_n_until(WEIR_UNTYPED_(c), msgs, n, sent, limit);
}

template <class C>
WEIR_NODISCARD inline int
weir_recv_n(C *c, typename weir_rx_of_<C>::type *msgs, size_t n, size_t *got)
{
    return weir_chan_recv_n(WEIR_UNTYPED_(c), msgs, n, got);
}

template <class C>
WEIR_NODISCARD inline int
weir_try_recv_n(C *c, typename weir_rx_of_<C>::type *msgs, size_t n,
                size_t *got)
{
    return weir_chan_try_recv_n(WEIR_UNTYPED_(c), msgs, n, got);
}

template <class C>
WEIR_NODISCARD inline int
weir_recv_n_until(C *c, typename weir_rx_of_<C>::type *msgs, size_t n,
                  size_t *got, weir_limit limit)
{
    return weir_chan_recv_n_until(WEIR_UNTYPED_(c), msgs, n, got, limit);
}

template <class C>
inline int
weir_drop(C *c)
{
    unsigned char unused[sizeof(typename weir_rx_of_<C>::type)];

    return weir_chan_recv(WEIR_UNTYPED_(c), unused);
}

template <class C, class T = typename weir_tx_of_<C>::type>
inline int
weir_close(C *c)
{
    return weir_chan_close(WEIR_UNTYPED_(c));
}

#else

/* A pointer to the one message v, converted to the element type; a structure
 * sent to a channel of scalars (or the other way round) is an error. */
#define WEIR_MSG_(c, v)                                                        \
    ((void)sizeof(1 ? (v) : *(c)->weir_tx_),                                   \
     (__typeof__(*(c)->weir_tx_)[1]){ (v) })
/* p, if it points to the element type. */
#define WEIR_DEST_(c, p) _Generic((p), __typeof__((c)->weir_rx_) : (p))
/* p, if it points to the element type, const or not. */
#define WEIR_SRC_(c, p)                                                        \
    _Generic((p), __typeof__((c)->weir_tx_) : (p),                             \
             const __typeof__(*(c)->weir_tx_) * : (p))

/** As weir_chan_send, with a message of the channel's type by value. */
#define weir_send(c, v) weir_chan_send(WEIR_UNTYPED_(c), WEIR_MSG_(c, v))
/** As weir_chan_try_send, with a message of the channel's type by value. */
#define weir_try_send(c, v)                                                    \
    weir_chan_try_send(WEIR_UNTYPED_(c), WEIR_MSG_(c, v))
/** As weir_chan_send_until, with a message of the channel's type by value. */
#define weir_send_until(c, v, limit)                                           \
    weir_chan_send_until(WEIR_UNTYPED_(c), WEIR_MSG_(c, v), limit)
/** As weir_chan_recv, into a variable of the channel's type. */
#define weir_recv(c, p) weir_chan_recv(WEIR_UNTYPED_(c), WEIR_DEST_(c, p))
/** As weir_chan_try_recv, into a variable of the channel's type. */
#define weir_try_recv(c, p)                                                    \
    weir_chan_try_recv(WEIR_UNTYPED_(c), WEIR_DEST_(c, p))
/** As weir_chan_recv_until, into a variable of the channel's type. */
#define weir_recv_until(c, p, limit)                                           \
    weir_chan_recv_until(WEIR_UNTYPED_(c), WEIR_DEST_(c, p), limit)
/** As weir_chan_send_n, with an array of the channel's type. */
#define weir_send_n(c, p, n, sent)                                             \
    weir_chan_send_n(WEIR_UNTYPED_(c), WEIR_SRC_(c, p), n, sent)
/** As weir_chan_try_send_n, with an array of the channel's type. */
#define weir_try_send_n(c, p, n, sent)                                         \
    weir_chan_try_send_n(WEIR_UNTYPED_(c), WEIR_SRC_(c, p), n, sent)
/** As weir_chan_send_n_until, with an array of the channel's type. */
#define weir_send_n_until(c, p, n, sent, limit)                                \
    weir_chan_send_n_until(WEIR_UNTYPED_(c), WEIR_SRC_(c, p), n, sent, limit)
/** As weir_chan_recv_n, into an array of the channel's type. */
#define weir_recv_n(c, p, n, got)                                              \
    weir_chan_recv_n(WEIR_UNTYPED_(c), WEIR_DEST_(c, p), n, got)
/** As weir_chan_try_recv_n, into an array of the channel's type. */
#define weir_try_recv_n(c, p, n, got)                                          \
    weir_chan_try_recv_n(WEIR_UNTYPED_(c), WEIR_DEST_(c, p), n, got)
/** As weir_chan_recv_n_until, into an array of the channel's type. */
#define weir_recv_n_until(c, p, n, got, limit)                                 \
    weir_chan_recv_n_until(WEIR_UNTYPED_(c), WEIR_DEST_(c, p), n, got, limit)
/** As weir_chan_recv, but throws the message away. */
#define weir_drop(c)                                                           \
    weir_chan_recv(WEIR_UNTYPED_(c), (char[sizeof(*(c)->weir_rx_)]){ 0 })
/** As weir_chan_close, for a channel or a sender view. */
#define weir_close(c)                                                          \
    ((void)sizeof((c)->weir_tx_), weir_chan_close(WEIR_UNTYPED_(c)))

#endif

/** As weir_chan_len, for any channel or view. */
#define weir_len(c) weir_chan_len(WEIR_UNTYPED_(c))
/** As weir_chan_cap, for any channel or view. */
#define weir_cap(c) weir_chan_cap(WEIR_UNTYPED_(c))
/** As weir_chan_stats, for any channel or view. */
#define weir_stats(c, out) weir_chan_stats(WEIR_UNTYPED_(c), out)

/**
 * As weir_chan_recv, but in a loop: Go's `for v := range c`.  The statement
 * that follows runs once per message, until the channel is closed and drained.
 *
 * Params:   c  channel or receiver view; evaluated at every step
 *           p  pointer to the variable that gets each message; likewise
 */
#define weir_range(c, p) while (weir_recv(c, p) == WEIR_OK)

#endif
