/* SPDX-License-Identifier: MIT */
/*
 * model/memory.c - weak memory and race detection.
 *
 * RC11 (Lahav, Vafeiadis, Kang, Hur, Dreyer, PLDI 2017) with C++20's release
 * sequences, restricted to executions whose modification order is the order
 * of execution, and without cycles of program order and reads-from.  The
 * views follow Kang et al.'s promising semantics (POPL 2017) without
 * promises; happens-before by vector clocks as in FastTrack (Flanagan,
 * Freund, PLDI 2009).
 *
 * A store is out of a thread's sight only while neither the writing nor any
 * read of it is in the thread's view.  A load takes the newest store that is
 * in sight or any newer one.  The clock ticks at each access, plain ones
 * included: an access after a release is not covered by it.
 *
 * SC: stores get a number in S.  An SC fence raises the view's SC lane to the
 * present number and joins a global view.  An SC load sees all SC stores, and
 * the stores (not the reads) that happen before an earlier SC fence.
 */
#include "kernel.h"

static inline struct granule *
find(uint64_t key)
{
    uint32_t i = (uint32_t)((key * 0x9E3779B97F4A7C15ull) >> 50);

    for (;; i = (i + 1) & (HASH - 1)) {
        struct granule *g = &K->hash[i];

        if (likely(g->gen == K->gen && g->key == key))
            return g;
        if (g->gen != K->gen) {
            if (++K->n_granules > HASH / 2)
                mc_fail(MC_LIMIT, "too many locations");
            *g = (struct granule){ key, K->gen, 0 };
            return g;
        }
    }
}

static struct cell *
new_cell(struct granule *g, int off, int len)
{
    struct cell *c;

    if (K->n_cells == CELLS)
        mc_fail(MC_LIMIT, "too many cells");
    c = &K->cells[K->n_cells];
    memset(c, 0, sizeof(*c));
    c->off = (uint8_t)off;
    c->len = (uint8_t)len;
    c->next = g->cell;
    g->cell = K->n_cells++;
    return c;
}

/* The thread's clock goes into its lane. */
static inline void
stamp(vc *last, const struct thread *t)
{
    last->v = _mm_max_epi16(last->v, _mm_and_si128(t->hb.v, vc_lane(K->cur)));
}

static inline void
tick(struct thread *t)
{
    t->hb.v = _mm_sub_epi16(t->hb.v, vc_lane(K->cur));
    if (unlikely(t->hb.c[K->cur] == NEVER))
        mc_fail(MC_LIMIT, "too many accesses in one execution");
    stamp(&t->view, t);
}

static bool
overlap(const struct cell *c, int off, int len)
{
    return c->off < off + len && off < c->off + c->len;
}

__attribute__((noinline, cold, noreturn)) static void
race(const struct cell *c, const vc *lanes, const vc *hb, uint64_t granule,
     const char *mine, const char *theirs, void *pc)
{
    int other = 0;

    for (int i = 0; i < THREADS; i++)
        if (lanes->c[i] > hb->c[i])
            other = i;
    K->bad_addr = granule * 8 + c->off;
    K->bad_size = c->len;
    K->bad_pc = pc;
    mc_fail(MC_RACE, "%s by T%d, unordered with an earlier %s by T%d", mine,
            K->cur, theirs, other);
}

static void
note_map(uintptr_t at, size_t n)
{
    for (uintptr_t i = at / MAP_LINE; i <= (at + n - 1) / MAP_LINE; i++)
        if (!K->is_dirty[i]) {
            K->is_dirty[i] = true;
            K->dirty[K->n_dirty++] = (uint32_t)i;
        }
}

void
mc_heap_check(const volatile void *p, size_t n, void *pc)
{
    uintptr_t at = (uintptr_t)p - (uintptr_t)K->heap;

    if (at >= HEAP_BYTES) {
        if ((uintptr_t)p - (uintptr_t)K->map < MAP_BYTES)
            note_map((uintptr_t)p - (uintptr_t)K->map, n);
        if (unlikely((uintptr_t)p < 4096))
            mc_fail(MC_CRASH, "T%d touches NULL + %lu", K->cur,
                    (unsigned long)(uintptr_t)p);
        return;
    }
    for (uintptr_t i = at / 16; i <= (at + n - 1) / 16; i++)
        if (unlikely(K->heap_state[i] != 1)) {
            K->bad_pc = pc;
            mc_fail(MC_UAF, "T%d touches memory that is %s", K->cur,
                    K->heap_state[i] ? "freed" : "not allocated");
        }
}

__attribute__((noinline, cold)) static void
plain_race(const struct cell *c, const vc *hb, uint64_t key, bool write,
           void *pc)
{
    const char *mine = write ? "write" : "read";

    if (vc_later(&c->plain_w, hb))
        race(c, &c->plain_w, hb, key, mine, "write", pc);
    if (vc_later(&c->atomic_w, hb))
        race(c, &c->atomic_w, hb, key, mine, "atomic write", pc);
    if (vc_later(&c->plain_r, hb))
        race(c, &c->plain_r, hb, key, mine, "read", pc);
    race(c, &c->atomic_r, hb, key, mine, "atomic read", pc);
}

static void
plain_piece(struct thread *t, uint64_t key, int off, int len, bool write,
            void *pc)
{
    struct granule *g = find(key);
    struct cell *mine = NULL;

    for (uint32_t i = g->cell; i; i = K->cells[i].next) {
        struct cell *c = &K->cells[i];
        __m128i last, read;

        if (!overlap(c, off, len))
            continue;
        last = _mm_max_epi16(c->plain_w.v, c->atomic_w.v);
        if (write) {
            read = _mm_max_epi16(c->plain_r.v, c->atomic_r.v);
            last = _mm_max_epi16(last, read);
            c->newest = 0; /* a new life of an atomic location */
        }
        if (unlikely(_mm_movemask_epi8(_mm_cmpgt_epi16(last, t->hb.v))))
            plain_race(c, &t->hb, key, write, pc);
        if (c->off == off && c->len == len)
            mine = c;
    }
    if (!mine)
        mine = new_cell(g, off, len);
    stamp(write ? &mine->plain_w : &mine->plain_r, t);
}

void
mc_plain(const void *p, size_t n, bool write, void *pc)
{
    struct thread *t = &K->th[K->cur];
    uintptr_t at = (uintptr_t)p, end = at + n;

    if (n == 0)
        return;
    mc_heap_check(p, n, pc);
    if (K->tracing)
        mc_event(write ? EV_WRITE : EV_READ, p, n > 255 ? 255 : (int)n, pc);
    if (!K->live)
        return; /* set-up and check are alone */
    tick(t);
    while (at < end) {
        uintptr_t stop = (at | 7) + 1;

        if (stop > end)
            stop = end;
        plain_piece(t, at / 8, (int)(at % 8), (int)(stop - at), write, pc);
        at = stop;
    }
}

uint64_t
mc_peek(const volatile void *p, int size)
{
    switch (size) {
    case 1:
        return *(const volatile uint8_t *)p;
    case 2:
        return *(const volatile uint16_t *)p;
    case 4:
        return *(const volatile uint32_t *)p;
    default:
        return *(const volatile uint64_t *)p;
    }
}

static void
poke(volatile void *p, uint64_t v, int size)
{
    switch (size) {
    case 1:
        *(volatile uint8_t *)p = (uint8_t)v;
        break;
    case 2:
        *(volatile uint16_t *)p = (uint16_t)v;
        break;
    case 4:
        *(volatile uint32_t *)p = (uint32_t)v;
        break;
    default:
        *(volatile uint64_t *)p = v;
        break;
    }
}

static uint64_t
truncate(uint64_t v, int size)
{
    return size == 8 ? v : v & ((1ull << (size * 8)) - 1);
}

static struct store *
new_store(struct cell *c, uint64_t value)
{
    struct store *s;

    if (K->n_stores == STORES)
        mc_fail(MC_LIMIT, "too many stores");
    s = &K->stores[K->n_stores];
    memset(s, 0, sizeof(*s));
    s->seen.v = _mm_set1_epi16(NEVER);
    s->value = value;
    s->older = c->newest;
    c->newest = K->n_stores++;
    return s;
}

/* The location of an atomic access, with its races checked. */
static struct cell *
atomic_cell(struct thread *t, const volatile void *p, int size, bool write)
{
    uint64_t key = (uintptr_t)p / 8;
    int off = (int)((uintptr_t)p % 8);
    struct granule *g = find(key);
    struct cell *mine = NULL;

    for (uint32_t i = g->cell; i; i = K->cells[i].next) {
        struct cell *c = &K->cells[i];

        if (!overlap(c, off, size))
            continue;
        if (unlikely(vc_later(&c->plain_w, &t->hb)))
            race(c, &c->plain_w, &t->hb, key,
                 write ? "atomic write" : "atomic read", "write", NULL);
        if (write && unlikely(vc_later(&c->plain_r, &t->hb)))
            race(c, &c->plain_r, &t->hb, key, "atomic write", "read", NULL);
        if (c->off == off && c->len == size)
            mine = c;
        else if (unlikely(c->newest))
            mc_fail(MC_RACE, "atomic accesses of two sizes to one place");
    }
    if (!mine)
        mine = new_cell(g, off, size);
    /* No store yet, or memory changed unseen: a stack slot in a new life. */
    if (unlikely(!mine->newest ||
                 K->stores[mine->newest].value != mc_peek(p, size))) {
        mine->newest = 0;
        new_store(mine, mc_peek(p, size))->seen.c[0] = 0;
    }
    stamp(write ? &mine->atomic_w : &mine->atomic_r, t);
    return mine;
}

/* Nothing older than s may be read any more. */
static bool
in_sight(const struct thread *t, const struct store *s, bool sc)
{
    __m128i unseen = _mm_cmpgt_epi16(s->seen.v, t->view.v);

    if (_mm_movemask_epi8(unseen) != 0xffff || !s->older)
        return true;
    return sc && (s->sc || K->sc_view.c[s->thread] >= s->epoch);
}

/* The stores that a load may take, newest first. */
static struct store *
take(struct thread *t, struct cell *c, const struct mc_site *site, bool sc,
     const uint64_t *skip)
{
    uint32_t may[16];
    int n = 1;
    uint32_t i = may[0] = c->newest;

    if (K->used.stale < K->max.stale && !K->site_hint[site - __start_mc_sites])
        while (!in_sight(t, &K->stores[i], sc) && n < 16) {
            i = K->stores[i].older;
            if (!skip || K->stores[i].value != *skip)
                may[n++] = i;
        }
    n = mc_pick_read(n);
    K->used.stale += n > 0;
    return &K->stores[may[n]];
}

static void
read_sync(struct thread *t, struct store *s, int mo)
{
    int16_t *seen = &s->seen.c[K->cur];

    if (*seen == NEVER)
        *seen = t->hb.c[K->cur];
    if (mo & MC_ACQ) {
        vc_join(&t->hb, &s->rel_hb);
        vc_join(&t->view, &s->rel_view);
    } else {
        vc_join(&t->pend_hb, &s->rel_hb);
        vc_join(&t->pend_view, &s->rel_view);
    }
}

static void
append(struct thread *t, struct cell *c, volatile void *p, uint64_t v, int mo,
       const struct store *rmw_of)
{
    struct store *s = new_store(c, v);

    s->thread = (uint8_t)K->cur;
    s->epoch = s->seen.c[K->cur] = t->hb.c[K->cur];
    s->rel_hb = mo & MC_REL ? t->hb : t->fence_hb;
    s->rel_view = mo & MC_REL ? t->view : t->fence_view;
    if (rmw_of) {
        vc_join(&s->rel_hb, &rmw_of->rel_hb);
        vc_join(&s->rel_view, &rmw_of->rel_view);
    }
    if (mo == MC_SC)
        s->sc = s->seen.c[SC_LANE] = ++K->sc_count;
    poke(p, v, c->len);
    mc_stored();
}

static void
enter(const volatile void *p, int size, bool write, const struct mc_site *site)
{
    K->site_count[site - __start_mc_sites]++;
    if (K->live && !K->site_hint[site - __start_mc_sites]) {
        mc_point();
        mc_touch(p, (size_t)size,
                 (write ? TOUCH_WRITE : TOUCH_READ) |
                     (site->mo == MC_SC ? TOUCH_SC : 0));
    }
    mc_heap_check(p, (size_t)size, NULL);
    if (K->live)
        tick(&K->th[K->cur]);
}

static void
trace(enum event_kind kind, const volatile void *p, int size, uint64_t value,
      uint64_t value2, const struct mc_site *site)
{
    struct event *e;

    if (likely(!K->tracing))
        return;
    e = mc_event(kind, p, size, NULL);
    e->value = value;
    e->value2 = value2;
    e->site = site;
    e->stale = p && (kind == EV_LOAD || kind == EV_CAS_FAIL) &&
               value != mc_peek(p, size);
}

uint64_t
mc_load(const volatile void *p, int size, struct mc_site *site)
{
    struct thread *t;
    struct store *s;
    uint64_t v;

    enter(p, size, false, site);
    if (!K->live) {
        v = mc_peek(p, size);
    } else {
        t = &K->th[K->cur];
        s = take(t, atomic_cell(t, p, size, false), site, site->mo == MC_SC,
                 NULL);
        read_sync(t, s, site->mo);
        v = s->value;
    }
    trace(EV_LOAD, p, size, v, 0, site);
    return v;
}

void
mc_store(volatile void *p, uint64_t v, int size, struct mc_site *site)
{
    struct thread *t;

    enter(p, size, true, site);
    v = truncate(v, size);
    if (!K->live) {
        poke(p, v, size);
    } else {
        t = &K->th[K->cur];
        append(t, atomic_cell(t, p, size, true), p, v, site->mo, NULL);
    }
    trace(EV_STORE, p, size, v, 0, site);
}

uint64_t
mc_fetch(volatile void *p, uint64_t v, int size, enum mc_rmw op,
         struct mc_site *site)
{
    struct thread *t;
    struct cell *c;
    struct store *s;
    uint64_t old;

    enter(p, size, true, site);
    old = mc_peek(p, size);
    v = op == MC_OP_add   ? old + v
        : op == MC_OP_sub ? old - v
        : op == MC_OP_or  ? old | v
        : op == MC_OP_and ? old & v
                          : v;
    v = truncate(v, size);
    if (!K->live) {
        poke(p, v, size);
    } else {
        t = &K->th[K->cur];
        c = atomic_cell(t, p, size, true);
        s = &K->stores[c->newest];
        read_sync(t, s, site->mo);
        append(t, c, p, v, site->mo, s);
    }
    trace(EV_RMW, p, size, old, v, site);
    return old;
}

static bool
cas_live(volatile void *p, uint64_t *want, uint64_t v, int size, bool weak,
         struct mc_site *site)
{
    struct thread *t = &K->th[K->cur];
    struct cell *c = atomic_cell(t, p, size, false);
    struct store *s;

    /* Success reads the newest; a failure may also read an older one. */
    s = take(t, c, site, site->mo_fail == MC_SC, want);
    if (s->value == *want && weak && K->used.weak < K->max.weak) {
        if (mc_pick(2)) {
            K->used.weak++;
            read_sync(t, s, site->mo_fail);
            return false;
        }
    }
    if (s->value != *want) {
        read_sync(t, s, site->mo_fail);
        *want = s->value;
        return false;
    }
    c = atomic_cell(t, p, size, true);
    read_sync(t, s, site->mo);
    append(t, c, p, v, site->mo, s);
    return true;
}

bool
mc_cas(volatile void *p, void *expected, uint64_t v, int size, bool weak,
       struct mc_site *site)
{
    uint64_t want, was;
    bool ok;

    enter(p, size, true, site);
    v = truncate(v, size);
    was = want = mc_peek(expected, size);
    if (K->live) {
        ok = cas_live(p, &want, v, size, weak, site);
    } else {
        want = mc_peek(p, size);
        ok = want == was;
        if (ok)
            poke(p, v, size);
    }
    if (!ok)
        poke(expected, want, size);
    trace(ok ? EV_CAS_OK : EV_CAS_FAIL, p, size, want, ok ? v : was, site);
    return ok;
}

void
mc_join_sc(struct thread *t)
{
    vc_join(&K->sc_view, &t->view);
    K->sc_view.c[SC_LANE] = ++K->sc_count;
    t->view = K->sc_view;
}

void
mc_fence(struct mc_site *site)
{
    struct thread *t = &K->th[K->cur];
    int mo = site->mo;

    K->site_count[site - __start_mc_sites]++;
    if (K->live) {
        if (mo == MC_SC) {
            mc_point();
            mc_touch(NULL, 0, TOUCH_SC_FENCE);
        }
        tick(t);
        if (mo & MC_ACQ) {
            vc_join(&t->hb, &t->pend_hb);
            vc_join(&t->view, &t->pend_view);
        }
        if (mo == MC_SC)
            mc_join_sc(t);
        if (mo & MC_REL) {
            t->fence_hb = t->hb;
            t->fence_view = t->view;
        }
    }
    trace(EV_FENCE, NULL, 0, 0, 0, site);
}

void
mc_copy(void *dst, const void *src, size_t n)
{
    void *pc = __builtin_return_address(0);

    mc_plain(src, n, false, pc);
    mc_plain(dst, n, true, pc);
    memmove(dst, src, n);
}

void
mc_read_newest(volatile void *p, int size)
{
    struct thread *t = &K->th[K->cur];
    struct cell *c;

    mc_heap_check(p, (size_t)size, NULL);
    if (!K->live)
        return;
    tick(t);
    c = atomic_cell(t, p, size, false);
    read_sync(t, &K->stores[c->newest], MC_RLX);
}

/* A free is a write to the whole block: all accesses must happen before. */
void
mc_check_free(char *mem, size_t bytes)
{
    const struct thread *t = &K->th[K->cur];

    if (!K->live)
        return;
    for (uint32_t i = 0; i < bytes; i += 8) {
        uint64_t key = ((uintptr_t)mem + i) / 8;
        struct granule *g = find(key);

        for (uint32_t j = g->cell; j; j = K->cells[j].next) {
            struct cell *c = &K->cells[j];
            vc all = c->plain_w;

            vc_join(&all, &c->plain_r);
            vc_join(&all, &c->atomic_w);
            vc_join(&all, &c->atomic_r);
            if (vc_later(&all, &t->hb)) {
                K->bad_addr = key * 8 + c->off;
                K->bad_size = c->len;
                mc_fail(MC_UAF,
                        "T%d frees what another thread's access is "
                        "not ordered before",
                        K->cur);
            }
        }
    }
}
