// SPDX-License-Identifier: MIT

// A peer of weir's suite: Go's channels and locks.  bench/peers/PROTOCOL.md.
//
// The suite has bound this process to the place's CPUs.  "go" runs goroutines
// on as many processors as there are CPUs; "go-locked" runs goroutines that
// keep a thread each, bound to a CPU each if there are enough.

package main

import (
	"bufio"
	"fmt"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
)

type ask struct {
	locked               bool
	kind                 string
	producers, consumers int
	capacity, threads    int
	cases                int
	outside              int
	writes               float64
	cpus                 []int
	windowNs             int64
	tickNs               float64
}

type answer struct {
	ops              uint64
	windowNs, cpuNs  float64
	overlap, share   float64
	times            hist
	tickNs           float64
	bound            bool
	unbound, strayed bool
	wrong            bool
	chunks           uint64
	leastNs          float64 // per operation in the best chunk
	ns               float64 // per operation where the window does not tell
}

// settle is TeamTimes: from the first start to the last end.
func settle(t *team, cpuNs int64) *answer {
	a := &answer{share: -1, cpuNs: float64(cpuNs), tickNs: t.ask.tickNs,
		bound: t.bound()}
	first, latest := uint64(math.MaxUint64), uint64(0)
	last, earliest := uint64(0), uint64(math.MaxUint64)
	for i := range t.workers {
		w := &t.workers[i]
		if w.begin < first {
			first = w.begin
		}
		if w.begin > latest {
			latest = w.begin
		}
		if w.end > last {
			last = w.end
		}
		if w.end < earliest {
			earliest = w.end
		}
		a.times.merge(w.times)
		a.unbound = a.unbound || w.unbound
		a.strayed = a.strayed || w.strayed
	}
	a.windowNs = float64(last-first) * a.tickNs
	if earliest > latest && last > first {
		a.overlap = float64(earliest-latest) / float64(last-first)
	}
	return a
}

// shares sums the operations; the slowest worker's over the fastest's.
func (a *answer) shares(t *team) {
	least, most := math.MaxFloat64, 0.0
	for i := range t.workers {
		ops := t.workers[i].ops
		a.ops += ops
		least = math.Min(least, float64(ops))
		most = math.Max(most, float64(ops))
	}
	if len(t.workers) > 1 && most > 0 {
		a.share = least / most
	}
}

func (a *answer) String() string {
	text := fmt.Sprintf("ok ops=%d window_ns=%.0f cpu_ns=%.0f overlap=%.6f",
		a.ops, a.windowNs, a.cpuNs, a.overlap)
	if a.share >= 0 {
		text += fmt.Sprintf(" share=%.6f", a.share)
	}
	if a.times.count() > 0 {
		text += fmt.Sprintf(" p50_ns=%.2f p99_ns=%.2f p999_ns=%.2f max_ns=%.2f",
			a.times.quantile(.5)*a.tickNs, a.times.quantile(.99)*a.tickNs,
			a.times.quantile(.999)*a.tickNs, float64(a.times.max)*a.tickNs)
	}
	if a.chunks > 0 {
		text += fmt.Sprintf(" chunks=%d least_ns=%.4f", a.chunks, a.leastNs)
	}
	if a.ns > 0 {
		text += fmt.Sprintf(" ns=%.2f", a.ns)
	}
	fault, sum := "none", "ok"
	if a.unbound {
		fault = "unbound"
	} else if a.strayed {
		fault = "stray"
	}
	if a.wrong {
		sum = "wrong"
	}
	bound := 0
	if a.bound {
		bound = 1
	}
	return fmt.Sprintf("%s bound=%d fault=%s sum=%s", text, bound, fault, sum)
}

// fields of "run key=value ..."; requests have no quoted values.
func fields(line string) map[string]string {
	found := map[string]string{}
	for _, word := range strings.Fields(line)[1:] {
		key, value, _ := strings.Cut(word, "=")
		found[key] = value
	}
	return found
}

func number(f map[string]string, key string, otherwise float64) float64 {
	if n, err := strconv.ParseFloat(f[key], 64); err == nil {
		return n
	}
	return otherwise
}

func read(f map[string]string) (*ask, bool) {
	a := &ask{locked: f["name"] == "go-locked", kind: f["kind"],
		capacity: int(number(f, "cap", 0)),
		threads:  int(number(f, "threads", 1)),
		cases:    int(number(f, "cases", 2)),
		outside:  int(number(f, "outside", 8)),
		writes:   number(f, "writes", 0),
		windowNs: int64(number(f, "window_ns", 0)),
		tickNs:   number(f, "tick_ns", 0), producers: 1, consumers: 1}
	for _, cpu := range strings.Split(f["cpus"], ",") {
		n, err := strconv.Atoi(cpu)
		if err != nil {
			return nil, false
		}
		a.cpus = append(a.cpus, n)
	}
	if ticksAreNs {
		a.tickNs = 1
	}
	if shape, given := f["shape"]; given {
		if n, _ := fmt.Sscanf(shape, "%dp%dc", &a.producers,
			&a.consumers); n != 2 {
			return nil, false
		}
	}
	return a, a.windowNs > 0 && a.tickNs > 0 && a.threads > 0 &&
		a.producers > 0 && a.consumers > 0 && number(f, "size", 8) == 8 &&
		(a.cases == 2 || a.cases == 8)
}

var loads = map[string]func(*ask) *answer{
	"chan": stream, "pingpong": pingpong, "pair": pair,
	"try-empty": tryEmpty, "try-full": tryFull,
	"select-ready": selectReady, "select-default": selectDefault,
	"select-parked": selectParked, "mutex": fight, "rw": readers,
}

func answerTo(line string) string {
	if !strings.HasPrefix(line, "run ") {
		return `error why="not a request"`
	}
	a, good := read(fields(line))
	if !good {
		return `unsupported why="size, shape or window"`
	}
	runtime.GOMAXPROCS(len(a.cpus))
	runtime.GC() // the last sample's rubbish is not this one's
	if load, known := loads[a.kind]; known {
		return load(a).String()
	}
	return `unsupported why="kind"`
}

// built tells how, as the tool chain recorded it.
func built() string {
	text := "go build, GOMAXPROCS=CPUs"
	if info, known := debug.ReadBuildInfo(); known {
		for _, s := range info.Settings {
			if s.Key == "GOAMD64" || s.Key == "CGO_ENABLED" {
				text += " " + s.Key + "=" + s.Value
			}
		}
	}
	return text
}

func main() {
	version := strings.TrimPrefix(runtime.Version(), "go")
	notes := []string{"goroutines on the place's CPUs, unbound",
		"goroutines that keep their threads, bound like ours"}
	for i, name := range []string{"go", "go-locked"} {
		fmt.Printf("weir-peer 1 name=%s version=\"%s\" lang=go flags=\"%s\" "+
			"kinds=chan,pingpong,pair,try,select,mutex,rw cap=0 note=\"%s\"\n",
			name, version, built(), notes[i])
	}
	fmt.Println("ready")
	input := bufio.NewScanner(os.Stdin)
	for input.Scan() {
		fmt.Println(answerTo(input.Text()))
	}
}
