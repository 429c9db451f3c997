// SPDX-License-Identifier: MIT
/*
 * report/html.cc - one plain page: the card, the sweeps as plots, every cell in
 * tables.  No script, nothing from a network; light and dark by the reader's
 * wish.
 */
#include "report/format.h"
#include "report/report.h"
#include "report/svg.h"

#include <cmath>
#include <cstdio>

namespace bench
{

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n"
    "<title>weir benchmark</title>\n<style>\n"
    ":root{color-scheme:light dark;--grid:#8884;--c0:#0072b2;--c1:#d55e00;"
    "--c2:#009e73;--c3:#b0558c;--c4:#a07000;--c5:#3a8fc0;--c6:#777;"
    "--c7:#a33}\n"
    "@media(prefers-color-scheme:dark){:root{--c0:#56b4e9;--c1:#ff8c42;"
    "--c2:#2fd0a0;--c3:#e08cc0;--c4:#e6c229;--c5:#9cd3f5;--c6:#aaa;"
    "--c7:#f88}}\n"
    "body{font:15px/1.45 system-ui,sans-serif;margin:2em auto;"
    "max-width:76em;padding:0 1em}\n"
    ".wide{overflow-x:auto}\n"
    "table{border-collapse:collapse;margin:.5em 0 1.5em}\n"
    "th,td{padding:.15em .7em;text-align:right;white-space:nowrap}\n"
    "th{border-bottom:1px solid}td.l,th.l{text-align:left}\n"
    "tr.cell td{border-top:1px solid var(--grid)}\n"
    "tr.note td{font-size:85%;opacity:.75;text-align:left;padding-left:2em}\n"
    "svg{width:100%;max-width:56em;font-size:12px}\n"
    "svg text{fill:currentColor}svg .grid{stroke:var(--grid)}\n"
    "svg path{fill:none;stroke-width:2}\n";

static const char page_foot[] =
    "<h2>How to read</h2><p>Every number is the median of interleaved rounds. "
    "<b>x base</b> is the median of the ratios of the same round to the "
    "baseline (smaller is faster) with a 95 % bootstrap interval; <b>A/A</b> "
    "is the baseline against itself: a smaller difference than that is noise. "
    "<b>CPU/op</b> counts the CPU time of all threads, <b>CPUs</b> how many "
    "were burnt together, <b>share</b> is the slowest thread's work over the "
    "fastest's. Latencies of locks are waits, those of channels round trips. "
    "Absolute times belong to this machine; compare ratios.</p></body></html>"
    "\n";

static std::string
colours()
{
    char text[120];
    std::string out;

    for (int i = 0; i < 8; i++) {
        snprintf(text, sizeof text,
                 "svg path.s%d{stroke:var(--c%d)}"
                 "svg circle.s%d,svg text.n%d{fill:var(--c%d)}\n",
                 i, i, i, i, i);
        out += text;
    }
    return out + "</style></head><body>\n";
}

static std::string
row_of(const std::string &key, const std::string &value)
{
    return "<tr><td class=\"l\">" + escape_html(key) + "</td><td class=\"l\">" +
           escape_html(value) + "</td></tr>\n";
}

static std::string
card_html(const Run &run)
{
    std::string out = "<h1>weir on " +
                      escape_html(fact(run.card, "cpu_model")) +
                      "</h1>\n<h2>Machine</h2>\n<div class=\"wide\"><table>\n";

    out += row_of("date", run.date);
    for (const auto &entry : run.card.facts)
        out += row_of(entry.first, entry.second);
    for (const Cost &cost : run.card.costs)
        out += row_of("cost of " + cost.name,
                      cost.ns < 0 ? "refused" : format_ns(cost.ns));
    out += "</table></div>\n";
    for (const std::string &warning : run.card.warnings)
        out += "<p><b>Warning:</b> " + escape_html(warning) + ".</p>\n";
    return out;
}

static std::string
trips_html(const Run &run)
{
    std::string out = "<h2>Core-to-core round trip of a cache line</h2>\n"
                      "<div class=\"wide\"><table><tr><th class=\"l\">class"
                      "</th><th>CPUs</th><th>min</th><th>p50</th></tr>\n";

    for (int i = 1; i < near_count; i++) {
        const Near near = static_cast<Near>(i);
        bool any = false;
        for (const CoreTrip &trip : run.trips) {
            if (trip.near != near)
                continue;
            any = true;
            out += std::string("<tr><td class=\"l\">") + near_name(near) +
                   "</td><td>" +
                   std::to_string(run.topology.pus[trip.pair.first].os) + "-" +
                   std::to_string(run.topology.pus[trip.pair.second].os) +
                   "</td><td>" + format_ns(trip.trip.min_ns) + "</td><td>" +
                   format_ns(trip.trip.p50_ns) + "</td></tr>\n";
        }
        if (!any)
            out += std::string("<tr><td class=\"l\">") + near_name(near) +
                   "</td><td colspan=\"3\">n/a (topology)</td></tr>\n";
    }
    return out + "</table></div>\n";
}

static std::string
cell_value(const std::string &value)
{
    return "<td>" + escape_html(value) + "</td>";
}

static std::string
contender_html(const CellResult &result, size_t i)
{
    const Cell &cell = *result.cell;
    const Summary &s = result.summaries[i];
    std::string out = i == 0 ? "<tr class=\"cell\">" : "<tr>";

    out += "<td class=\"l\">" + (i == 0 ? escape_html(cell.name) : "") +
           "</td><td class=\"l\">" + escape_html(cell.contenders[i].name) +
           "</td>";
    if (s.rounds == 0)
        return out + "<td colspan=\"10\">void: " + void_reason(s.reason) +
               "</td></tr>\n";
    for (const std::string &value :
         { format_ns(s.ns.median), format_ratio(s.ratio.median),
           format_interval(s.ratio), format_rate(s.ns.median),
           format_ns(s.p50_ns), format_ns(s.p99_ns), format_ns(s.p999_ns),
           format_ns(s.cpu_ns), format_number(s.cpus),
           s.share < 0 ? std::string("-") : format_number(s.share) })
        out += cell_value(value);
    return out + "</tr>\n";
}

static std::string
foot_html(const CellResult &result)
{
    std::string out;

    if (std::isfinite(result.again.median) && result.again.median > 0)
        out += "A/A " + format_ratio(result.again.median) + " (" +
               format_interval(result.again) + "). ";
    if (result.trip_ns > 0)
        out += "Line round trip " + format_ns(result.trip_ns) + ". ";
    if (result.moved > 0)
        out += std::to_string(result.moved) +
               " rounds repeated, the machine moved. ";
    if (!result.steady)
        out += "Unsteady: too few rounds count. ";
    for (const Contender &contender : result.cell->contenders)
        if (!contender.note.empty())
            out += contender.name + ": " + contender.note + ". ";
    if (out.empty())
        return "";
    return "<tr class=\"note\"><td colspan=\"12\">" + escape_html(out) +
           "</td></tr>\n";
}

static std::string
tables_html(const Run &run)
{
    std::string out, family;

    for (const CellResult &result : run.results) {
        const Cell &cell = *result.cell;
        if (cell.family != family) {
            out += family.empty() ? "" : "</table></div>\n";
            family = cell.family;
            out += "<h2>" + escape_html(family) +
                   "</h2>\n<div class=\"wide\"><table><tr>"
                   "<th class=\"l\">cell</th><th class=\"l\">implementation"
                   "</th><th>per op</th><th>x base</th><th>95 %</th>"
                   "<th>rate</th><th>p50</th><th>p99</th><th>p99.9</th>"
                   "<th>CPU/op</th><th>CPUs</th><th>share</th></tr>\n";
        }
        for (size_t i = 0; i < result.summaries.size(); i++)
            if (!is_repeat(cell, cell.contenders[i]))
                out += contender_html(result, i);
        out += foot_html(result);
    }
    return out + (family.empty() ? "" : "</table></div>\n");
}

static std::string
list_html(const char *head, const std::vector<std::string> &names)
{
    std::string out;

    if (names.empty())
        return out;
    out = std::string("<p><b>") + head + "</b> ";
    for (size_t i = 0; i < names.size(); i++)
        out += (i ? ", " : "") + escape_html(names[i]);
    return out + ".</p>\n";
}

std::string
html_of(const Run &run)
{
    std::string out = page_head + colours() + card_html(run);

    out += trips_html(run);
    for (const Plot &plot : plots_of(run)) {
        const std::string svg = svg_of(plot);
        if (!svg.empty())
            out += "<h2>" + escape_html(plot.title) + "</h2>\n" + svg;
    }
    out += tables_html(run);
    out += list_html("Not applicable here (topology):", run.plan.absent);
    out += list_html("Omitted to keep the time:", run.plan.omitted);
    out += list_html("Peers built in:", run.plan.peers);
    out += list_html("Missing from this build:", run.plan.missing);
    return out + page_foot;
}

} // namespace bench
