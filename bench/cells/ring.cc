// SPDX-License-Identifier: MIT
/*
 * cells/ring.cc - raw rings, which neither wait nor close.
 *
 * Who finds no room, or nothing, tries again (load/polled.h).  weir's rings
 * have two forms: try_ says full and empty exactly, poll_ by the slot alone.
 * The twin is an array under a pthread mutex.
 */
#include "cells/make.h"
#include "impl/ring_twin.h"
#include "impl/ring_weir.h"
#if WEIR_BENCH_HAVE_CK
#include "impl/ring_ck.h"
#endif
#include "load/burst.h"
#include "load/pingpong.h"
#include "load/polled.h"
#include "load/private.h"

namespace bench
{

enum class RingKind { mpmc, spsc, mpsc, spmc, scq };

static const char *
kind_name(RingKind kind)
{
    static const char *const names[] = { "mpmc", "spsc", "mpsc", "spmc",
                                         "scq" };

    return names[static_cast<int>(kind)];
}

static const char *
family_of(RingKind kind)
{
    static const char *const names[] = {
        "Ring, many to many", "Ring, one to one", "Ring, many to one",
        "Ring, one to many",  "Ring, lock-free",
    };

    return names[static_cast<int>(kind)];
}

template <size_t Bytes, size_t N, class Make>
static void
add_twins(Cell &cell, Make make)
{
    using Twin = Polled<TwinRing<Bytes, N>>;

    add_contender(cell, "twin", Role::baseline, make(Type<Twin>()));
    add_contender(cell, "twin-again", Role::again, make(Type<Twin>()));
}

template <template <size_t, size_t, Form> class Ring, size_t Bytes, size_t N,
          class Make>
static void
add_forms(Cell &cell, Make make)
{
    add_contender(cell, "weir-try", Role::weir,
                  make(Type<Polled<Ring<Bytes, N, Form::exact>>>()));
    add_contender(cell, "weir-poll", Role::weir,
                  make(Type<Polled<Ring<Bytes, N, Form::poll>>>()));
}

/* ck has a function for each number of sides; these two are compared. */
template <RingKind kind, size_t Bytes, size_t N, class Make>
static void
add_ck(Cell &cell, Make make)
{
#if WEIR_BENCH_HAVE_CK
    using Ck = std::conditional_t<kind == RingKind::mpmc, CkMpmc<Bytes, N>,
                                  CkSpsc<Bytes, N>>;
    Contender &ck =
        add_contender(cell, "ck-ring", Role::peer, make(Type<Polled<Ck>>()));
    ck.note = "holds one element less";
    ck.flags = "inlined";
#else
    (void)cell, (void)make;
#endif
}

/** Both forms of weir's ring, the twin twice, and ck's ring.  Beside the
 * lock-free ring the one that is not. */
template <RingKind kind, size_t Bytes, size_t N, class Make>
static void
add_rings(Cell &cell, Make make)
{
    if constexpr (kind == RingKind::mpmc)
        add_forms<WeirMpmc, Bytes, N>(cell, make);
    else if constexpr (kind == RingKind::spsc)
        add_forms<WeirSpsc, Bytes, N>(cell, make);
    else if constexpr (kind == RingKind::mpsc)
        add_forms<WeirMpsc, Bytes, N>(cell, make);
    else if constexpr (kind == RingKind::spmc)
        add_forms<WeirSpmc, Bytes, N>(cell, make);
    else
        add_contender(cell, "weir-scq", Role::weir,
                      make(Type<Polled<WeirScq<Bytes, N>>>()));
    add_twins<Bytes, N>(cell, make);
    if constexpr (kind == RingKind::mpmc || kind == RingKind::spsc)
        add_ck<kind, Bytes, N>(cell, make);
    if constexpr (kind == RingKind::scq)
        add_contender(cell, "weir-mpmc", Role::peer,
                      make(Type<Polled<WeirMpmc<Bytes, N, Form::exact>>>()))
            .note = "exact, not lock-free";
}

/* All cells of one kind of ring, by size of the element and capacity. */
template <RingKind kind, size_t Bytes, size_t N> class RingCells
{
  public:
    RingCells(const PlanInput &input, std::vector<Cell> &cells, int priority)
        : input_(input), cells_(cells), priority_(priority)
    {
    }

    void alone();
    void empty();
    void burst();
    void turns_at(const Place &place);
    void stream_at(const Place &place, int producers, int consumers);
    void private_pairs_of(int pairs);

  private:
    Params params() const
    {
        Params out = { { "kind", kind_name(kind) } };

        if (Bytes != 8)
            out.emplace_back("elem", std::to_string(Bytes));
        out.emplace_back("cap", std::to_string(N));
        return out;
    }

    Params burst_params() const
    {
        Params out = params();

        out.emplace_back("burst", std::to_string(burst_length));
        return out;
    }

    template <class Make> void add(Cell cell, const char *title, Make make)
    {
        cell.family = family_of(kind);
        cell.title = title;
        cell.priority = priority_;
        add_rings<kind, Bytes, N>(cell, make);
        cells_.push_back(std::move(cell));
    }

    const PlanInput &input_;
    std::vector<Cell> &cells_;
    int priority_;
};

template <RingKind kind, size_t Bytes, size_t N>
void
RingCells<kind, Bytes, N>::alone()
{
    const Topology *t = &input_.topology;
    const Place place = cores_place(*t, 1);

    add(make_cell("ring/pair", params(), place, 1),
        "One thread pushes an element and pops it; one operation is both.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return [=](int64_t ns) { return pair<Ring>(*t, place, N, ns); };
        });
}

template <RingKind kind, size_t Bytes, size_t N>
void
RingCells<kind, Bytes, N>::empty()
{
    const Topology *t = &input_.topology;
    const Place place = cores_place(*t, 1);

    add(make_cell("ring/try-empty", params(), place, 1),
        "One thread pops from an empty ring; one operation is one try.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return try_empty<Ring>(*t, place, N, ns); };
        });
}

template <RingKind kind, size_t Bytes, size_t N>
void
RingCells<kind, Bytes, N>::burst()
{
    const Topology *t = &input_.topology;
    const Place place = cores_place(*t, 1);

    add(make_cell("ring/pair", burst_params(), place, 1),
        "One thread pushes 32 elements in a row and pops them; one operation "
        "is one element pushed and popped.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return pair_burst<Ring>(*t, place, N, ns); };
        });
}

template <RingKind kind, size_t Bytes, size_t N>
void
RingCells<kind, Bytes, N>::turns_at(const Place &place)
{
    const Topology *t = &input_.topology;

    add(make_placed_cell("ring/pingpong", params(), place, 2),
        "An element goes to a second thread and back through two rings; one "
        "operation is one round trip.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return [=](int64_t ns) { return pingpong<Ring>(*t, place, N, ns); };
        });
    add(make_placed_cell("ring/turns", burst_params(), place, 2),
        "One thread pushes 32 elements in a row, another pops them and answers "
        "once; one operation is one element, the latency is that of a turn.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return burst_turns<Ring>(*t, place, N, ns); };
        });
}

template <RingKind kind, size_t Bytes, size_t N>
void
RingCells<kind, Bytes, N>::stream_at(const Place &place, int producers,
                                     int consumers)
{
    const Topology *t = &input_.topology;
    const StreamShape shape = { producers, consumers, N };
    const std::string p = std::to_string(producers);
    const std::string c = std::to_string(consumers);
    Cell cell = make_placed_cell("ring/" + p + "p" + c + "c", params(), place,
                                 producers + consumers);

    cell.params["producers"] = p;
    cell.params["consumers"] = c;
    add(std::move(cell),
        "Producers push numbers through one ring to consumers; one operation "
        "is one element.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return
                [=](int64_t ns) { return stream<Ring>(*t, place, shape, ns); };
        });
}

template <RingKind kind, size_t Bytes, size_t N>
void
RingCells<kind, Bytes, N>::private_pairs_of(int pairs)
{
    const Topology *t = &input_.topology;
    const Place place = cores_place(*t, 2 * pairs);
    Params named = params();

    named.emplace_back("pairs", std::to_string(pairs));
    add(make_placed_cell("ring/private", named, place, 2 * pairs),
        "Pairs of threads, each with a ring of its own, push and pop; one "
        "operation is one element of any pair.",
        [=](auto type) {
            using Ring = type_of<decltype(type)>;
            return [=](int64_t ns) {
                return private_pairs<Ring>(*t, place, pairs, N, ns);
            };
        });
}

template <RingKind kind>
static void
add_kind(const PlanInput &input, std::vector<Cell> &cells)
{
    RingCells<kind, 8, 1024> best(input, cells, rank_first);
    RingCells<kind, 8, 1024> rest(input, cells, rank_rest);
    RingCells<kind, 8, 64> small(input, cells, rank_rest);
    RingCells<kind, 64, 1024> wide(input, cells, rank_rest);
    RingCells<kind, 256, 1024> wider(input, cells, rank_rest);
    const int pus = static_cast<int>(input.topology.pus.size());
    bool first = true;

    best.alone();
    rest.empty();
    rest.burst();
    for (const ClassPair &pair : input.pairs) {
        const Place place = pair_place(input.topology, pair);
        (first && place.pus.size() > 1 ? best : rest).stream_at(place, 1, 1);
        if (place.pus.size() < 2 || !first)
            continue;
        rest.turns_at(place);
        small.stream_at(place, 1, 1);
        wide.stream_at(place, 1, 1);
        wider.stream_at(place, 1, 1);
        first = false;
    }
    if (pus > 3)
        rest.private_pairs_of(pus / 2);
    rest.private_pairs_of(2 * pus);
}

/* Kinds beside the two: one thread alone, and the shapes that they are for. */
template <RingKind kind>
static void
add_other_kind(const PlanInput &input, std::vector<Cell> &cells, int producers,
               int consumers)
{
    const Topology &t = input.topology;
    RingCells<kind, 8, 1024> best(input, cells, rank_best);
    RingCells<kind, 8, 1024> rest(input, cells, rank_rest);

    rest.alone();
    rest.stream_at(near_pair(input), 1, 1);
    for (const Place &place : team_places(t, producers + consumers, true)) {
        const bool cores =
            place.name == cores_place(t, producers + consumers).name;
        (cores ? best : rest).stream_at(place, producers, consumers);
    }
}

void
add_ring_cells(const PlanInput &input, std::vector<Cell> &cells)
{
    const Topology &t = input.topology;
    RingCells<RingKind::mpmc, 8, 1024> many(input, cells, rank_rest);
    RingCells<RingKind::mpmc, 8, 64> small(input, cells, rank_rest);

    add_kind<RingKind::mpmc>(input, cells);
    for (int side : { 2, 4, 32 })
        for (const Place &place : team_places(t, 2 * side, true))
            many.stream_at(place, side, side);
    small.stream_at(cores_place(t, 8), 4, 4);
    add_kind<RingKind::spsc>(input, cells);
    add_other_kind<RingKind::mpsc>(input, cells, 4, 1);
    add_other_kind<RingKind::spmc>(input, cells, 1, 4);
    add_other_kind<RingKind::scq>(input, cells, 4, 4);
}

} // namespace bench
