# SPDX-License-Identifier: MIT
"""The result file, schema 2, as data: result.py checks files against it, and
docs/result-file.md is made from it.

An object is a list of fields (key, kind, needed, meaning).  A kind is a word of
KINDS in result.py, the name of another object of OBJECTS, or either followed by
'[]' (an array) or '{}' (an object of such values).  A field that is not needed
may be absent or null: its value is not known.
"""

VERSION = 2

CONTEXT = [
    ('date', 'text', True, 'start of the run, UTC, as 20260131T095959Z'),
    ('host_name', 'text', True, 'always `redacted`'),
    ('executable', 'text', False, 'always `weir-bench`'),
    ('num_cpus', 'count', False, 'CPUs that Google Benchmark sees'),
    ('mhz_per_cpu', 'number', False, 'MHz that Google Benchmark sees'),
    ('cpu_scaling_enabled', 'bool', False, 'the governor moves the clock'),
    ('load_avg', 'number[]', False, 'load before the run'),
    ('library_build_type', 'text', False, "the suite's build type"),
    ('library_version', 'text', False, 'version of Google Benchmark'),
    ('json_schema_version', 'count', False, "Google Benchmark's: 1"),
    ('weir_schema', 'text', False, 'this schema: `2`'),
    ('cpu_model', 'text', True, 'name of the CPU'),
    ('weir_git', 'text', True, 'commit that was built, `-dirty` if changed'),
    ('weir_version', 'text', False, 'version of weir'),
]

ROW = [
    ('name', 'name', True, 'CELL`/impl=`NAME, with `_median` for an aggregate'),
    ('run_name', 'name', True, 'CELL`/impl=`NAME'),
    ('run_type', 'row kind', True, '`iteration` (one sample) or `aggregate`'),
    ('repetition_index', 'count', False, 'the round, from 0'),
    ('iterations', 'number', False, 'always 1: a sample is one window'),
    ('real_time', 'time', False,
     'ns per operation (see `unit` of the cell); null where void'),
    ('cpu_time', 'signed', False, 'ns of CPU per operation; -1: not known'),
    ('time_unit', 'unit of time', True, 'always `ns`'),
    ('ops', 'number', False, 'operations in the window'),
    ('cpus', 'number', False, 'CPUs kept busy'),
    ('line_trip_ns', 'time', False, 'line round trip beside this round'),
    ('moved', 'bool', False, 'the round trip moved: the round does not count'),
    ('noisy', 'bool', False, 'others used the CPUs during the round'),
    ('counts', 'bool', False, 'the round is in the medians'),
    ('run_delay', 'number', False, 'time spent waiting for a CPU'),
    ('error_occurred', 'bool', False, 'the sample is void'),
    ('error_message', 'text', False, 'why it is void'),
]

WEIR = [
    ('schema', 'count', True, 'the schema: 2'),
    ('complete', 'bool', True, 'false: ended early, holds what was finished'),
    ('synthetic', 'bool', False, 'true: made up, nobody measured it'),
    ('depth', 'depth', True, '`quick`, `default`, `full` or `only`'),
    ('seed', 'count', False, 'of all order and choice; `--seed`, `--replay`'),
    ('rounds', 'count', True, 'rounds per cell that were asked for'),
    ('window_ns', 'number', True, 'length of one sample'),
    ('took_s', 'number', False, 'length of the run'),
    ('command', 'text', False, 'options of the run'),
    ('only', 'text', False, 'the pattern of `--only`'),
    ('pairs', 'cpu[]{}', False, 'the two CPUs that stand for each class'),
    ('topology', 'topology', True, 'what hwloc or sysfs told'),
    ('core_to_core', 'trip[]', False, 'line round trips between CPUs'),
    ('primitives', 'primitive[]', False, 'what the machine takes for atoms'),
    ('cells', 'cell[]', True, 'what was measured'),
    ('omitted', 'text[]', False, 'cells left out for time'),
    ('not_applicable', 'text[]', False, 'what this machine has not, and why'),
    ('peers', 'peer[]', False, 'libraries and programs compared with'),
    ('missing', 'text[]', False, 'peers that were not found'),
    ('warnings', 'text[]', False, 'what a reader must know about the run'),
]

TOPOLOGY = [
    ('source', 'text', False, '`hwloc 2.9.0`, `sysfs`'),
    ('pus', 'pu[]', True, 'the CPUs that the run might use'),
    ('nodes', 'node[]', False, 'memory nodes'),
    ('kinds', 'core kind[]', False, 'kinds of cores of a hybrid'),
    ('hwloc_xml', 'long text', False, 'the whole topology, for hwloc'),
]

PU = [
    ('os', 'cpu', True, 'number that Linux gives it'),
    ('core', 'cpu', True, 'core, L2, L3, die, package and node it is of;'),
    ('l2', 'index', False, ''),
    ('l3', 'index', False, ''),
    ('die', 'index', False, ''),
    ('package', 'index', True, ''),
    ('node', 'index', False, '-1: not known'),
    ('kind', 'index', False, 'index in `kinds`, -1: all are alike'),
]

NODE = [
    ('os', 'cpu', True, 'number that Linux gives it'),
    ('pus', 'cpu[]', True, 'its CPUs'),
    ('bytes', 'number', False, 'its memory'),
]

KIND = [
    ('name', 'text', True, ''),
    ('efficiency', 'index', False, 'higher is faster'),
]

TRIP = [
    ('a', 'cpu', True, ''),
    ('b', 'cpu', True, ''),
    ('class', 'text', True, 'what the two share, as `same-l3`'),
    ('min_ns', 'time', False, 'round trip, quickest batch'),
    ('p50_ns', 'time', True, 'round trip, median'),
]

PRIMITIVE = [
    ('name', 'text', True, '`fetch_add_owned`, `pause`, `syscall`, …'),
    ('ns', 'time', True, ''),
]

PEER = [
    ('name', 'text', True, ''),
    ('version', 'text', False, ''),
    ('flags', 'text', False, 'how it was built'),
]

CELL = [
    ('name', 'name', True, 'FAMILY/key=value/…'),
    ('family', 'text', True, 'first part of the name, heading in a report'),
    ('title', 'text', False, 'what is done, and what one operation is'),
    ('unit', 'text', False, '`ns/op`, or what the figure is'),
    ('params', 'text{}', False, 'the keys and values of the name'),
    ('place', 'place', False, 'where the workers ran'),
    ('workers', 'count', False, 'threads'),
    ('bound', 'bool', False, 'each worker was bound to one CPU'),
    ('over_quota', 'bool', False, 'more busy CPUs than cgroups allow'),
    ('over_quota', 'bool', False, 'more CPUs than the cgroup quota grants'),
    ('baseline', 'text', False, 'contender that ratios divide by'),
    ('rounds', 'count', False, 'rounds that were run'),
    ('counted', 'count', False, 'rounds that count'),
    ('moved', 'count', False, 'rounds dropped since the round trip moved'),
    ('noisy', 'count', False, 'rounds with foreign load, after repeats'),
    ('steady', 'bool', False, 'enough rounds count'),
    ('line_trip_ns', 'time', False, 'median line round trip; 0: one CPU'),
    ('again', 'interval', False, 'the baseline against itself: A/A'),
    ('spread', 'number', False, 'A/A spread of the family'),
    ('drift', 'drift', False, 'Spearman test of samples against time'),
    ('noise', 'noise', False, 'seen during the cell'),
    ('results', 'contender[]', True, 'one per contender'),
]

PLACE = [
    ('name', 'text', True, 'as `same-l3`, `compact`, `same-cpu`'),
    ('pus', 'cpu[]', False, 'CPUs of the place'),
    ('memory', 'text', False, 'where its memory was put'),
    ('node', 'index', False, 'memory node; -1: none chosen'),
]

DRIFT = [
    ('rho', 'signed', False, 'rank correlation with time'),
    ('p', 'number', False, ''),
]

NOISE = [
    ('foreign_cpus', 'number', False, 'CPUs that others kept busy'),
    ('steal', 'number', False, 'share of time the hypervisor took'),
    ('pressure', 'number', False, "the kernel's own measure of such waiting"),
    ('run_delay', 'number', False, 'share of time spent waiting for a CPU'),
    ('switches', 'number', False, 'switches of threads'),
    ('mhz', 'number', False, 'clock of the CPUs'),
    ('throttled', 'number or bool', False, 'by the cgroup quota'),
]

CONTENDER = [
    ('impl', 'name', True, 'unique in its cell'),
    ('role', 'role', True, 'weir, baseline, again, peer or floor'),
    ('note', 'text', False, 'what a reader must know of it'),
    ('version', 'text', False, ''),
    ('flags', 'text', False, ''),
    ('ns', 'interval', False, 'per operation'),
    ('ratio', 'interval', False, 'to the baseline, paired by round'),
    ('line_trips', 'interval', False, '`ns` in line round trips'),
    ('p', 'number', False, 'that the ratio is 1'),
    ('p_holm', 'number', False, 'the same, corrected for the whole matrix'),
    ('verdict', 'verdict', False,
     'faster, slower, same, void, floor or baseline'),
    ('cpu_ns', 'time', False, 'CPU time per operation'),
    ('cpus', 'number', False, 'CPUs kept busy'),
    ('share', 'signed', False, 'slowest worker over fastest; -1: none'),
    ('overlap', 'signed', False, 'part of the window that all workers ran'),
    ('gini', 'number', False, 'inequality of the shares; 0: all equal'),
    ('gap_ns', 'number', False, 'longest time that a worker had nothing'),
    ('p50_ns', 'signed', False, 'percentiles; -1: not measured'),
    ('p99_ns', 'signed', False, ''),
    ('p999_ns', 'signed', False, ''),
    ('max_ns', 'signed', False, ''),
    ('bytes', 'signed', False, 'memory'),
    ('void_samples', 'count', False, 'samples that do not count'),
    ('void_reason', 'text', False, ''),
    ('hist', 'histogram', False, 'latencies, merged over rounds'),
]

HISTOGRAM = [
    ('ns_per_tick', 'number', True, ''),
    ('counts', 'long text', True, '`index:count,…`'),
]

INTERVAL = [
    ('median', 'time', True, ''),
    ('low', 'time', True, '95 % bootstrap interval'),
    ('high', 'time', True, ''),
    ('n', 'count', False, 'samples'),
]

OBJECTS = {
    'context': CONTEXT, 'row': ROW, 'weir': WEIR, 'topology': TOPOLOGY,
    'pu': PU, 'node': NODE, 'core kind': KIND, 'trip': TRIP,
    'primitive': PRIMITIVE, 'peer': PEER, 'cell': CELL, 'place': PLACE,
    'drift': DRIFT, 'noise': NOISE, 'contender': CONTENDER,
    'histogram': HISTOGRAM, 'interval': INTERVAL,
}

WORDS = {
    'row kind': ('iteration', 'aggregate'),
    'unit of time': ('ns',),
    'depth': ('quick', 'default', 'full', 'only'),
    'role': ('weir', 'baseline', 'again', 'peer', 'floor'),
    'verdict': ('faster', 'slower', 'same', 'void', 'floor', 'baseline'),
}
