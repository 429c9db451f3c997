// SPDX-License-Identifier: MIT
/*
 * report/svg.cc - one line plot as inline SVG.
 *
 * x ticks at powers of two (thinned), y ticks at powers of ten.  Names stand at
 * the ends of their lines, pushed apart where they would overlap.  Colours come
 * from the page's classes s0 ... s7, so that dark mode is the page's business.
 */
#include "report/svg.h"

#include "report/format.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace bench
{

namespace
{

constexpr double left = 70, right = 640, top = 34, bottom = 330;
constexpr double width = 800, height = 380;
constexpr double name_gap = 14;

struct Scale {
    double x_low, x_high, y_low, y_high; /* logarithms */

    double x(double value) const
    {
        const double part =
            (std::log2(value) - x_low) / std::max(x_high - x_low, 1e-9);
        return left + part * (right - left);
    }

    double y(double value) const
    {
        const double part =
            (std::log10(value) - y_low) / std::max(y_high - y_low, 1e-9);
        return bottom - part * (bottom - top);
    }
};

} // namespace

std::string
escape_html(const std::string &text)
{
    std::string out;

    for (const char c : text) {
        switch (c) {
        case '&':
            out += "&amp;";
            break;
        case '<':
            out += "&lt;";
            break;
        case '>':
            out += "&gt;";
            break;
        case '"':
            out += "&quot;";
            break;
        case '\'':
            out += "&#39;";
            break;
        default:
            out += c;
        }
    }
    return out;
}

static Scale
scale_of(const Plot &plot)
{
    Scale scale = { 1e300, -1e300, 1e300, -1e300 };

    for (const Series &series : plot.series)
        for (const auto &point : series.points) {
            scale.x_low = std::min(scale.x_low, std::log2(point.first));
            scale.x_high = std::max(scale.x_high, std::log2(point.first));
            scale.y_low = std::min(scale.y_low, std::log10(point.second));
            scale.y_high = std::max(scale.y_high, std::log10(point.second));
        }
    scale.y_low = std::floor(scale.y_low);
    scale.y_high = std::max(std::ceil(scale.y_high), scale.y_low + 1);
    return scale;
}

static std::string
text_at(double x, double y, const char *anchor, const std::string &text,
        const std::string &attributes = "")
{
    char place[160];

    snprintf(place, sizeof place,
             "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\"%s>", x, y, anchor,
             attributes.c_str());
    return place + escape_html(text) + "</text>\n";
}

static std::string
line_at(double x1, double y1, double x2, double y2)
{
    char text[160];

    snprintf(text, sizeof text,
             "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
             "y2=\"%.1f\"/>\n",
             x1, y1, x2, y2);
    return text;
}

static std::string
axes(const Plot &plot, const Scale &scale)
{
    std::string out;
    const double span = scale.x_high - scale.x_low;
    const double step = span > 12 ? 2 : 1;

    for (double e = std::ceil(scale.x_low); e <= scale.x_high; e += step) {
        const double x = scale.x(std::exp2(e));
        const double value = std::exp2(e);
        char label[32];
        if (value < 1024)
            snprintf(label, sizeof label, "%.0f", value);
        else
            snprintf(label, sizeof label, "%.0fk", value / 1024);
        out += line_at(x, top, x, bottom);
        out += text_at(x, bottom + 18, "middle", label);
    }
    for (double e = scale.y_low; e <= scale.y_high; e += 1) {
        const double value = std::pow(10, e);
        const double y = scale.y(value);
        out += line_at(left, y, right, y);
        out +=
            text_at(left - 8, y + 4, "end",
                    plot.y_is_time ? format_ns(value) : format_number(value));
    }
    out += text_at((left + right) / 2, height - 14, "middle", plot.x_label);
    out += text_at(left, top - 14, "start", plot.y_label);
    return out;
}

static std::string
line_of(const Series &series, size_t index, const Scale &scale)
{
    char text[120];
    std::string path, dots;

    for (size_t i = 0; i < series.points.size(); i++) {
        const double x = scale.x(series.points[i].first);
        const double y = scale.y(series.points[i].second);
        snprintf(text, sizeof text, "%s%.1f %.1f", i ? "L" : "M", x, y);
        path += text;
        snprintf(text, sizeof text,
                 "<circle class=\"s%zu\" cx=\"%.1f\" cy=\"%.1f\" r=\"2.5\"/>\n",
                 index % 8, x, y);
        dots += text;
    }
    snprintf(text, sizeof text, "<path class=\"s%zu\" d=\"", index % 8);
    return text + path + "\"/>\n" + dots;
}

/* Names at the right end, from the top down, none closer than name_gap. */
static std::string
names(const Plot &plot, const Scale &scale)
{
    std::vector<std::pair<double, size_t>> ends;
    std::string out;
    double last = -1e300;

    for (size_t i = 0; i < plot.series.size(); i++)
        if (!plot.series[i].points.empty())
            ends.emplace_back(scale.y(plot.series[i].points.back().second), i);
    std::sort(ends.begin(), ends.end());
    for (const auto &end : ends) {
        last = std::max(end.first, last + name_gap);
        const std::string attributes =
            " class=\"n" + std::to_string(end.second % 8) + "\"";
        out += text_at(right + 10, last + 4, "start",
                       plot.series[end.second].name, attributes);
    }
    return out;
}

std::string
svg_of(const Plot &plot)
{
    char head[120];
    std::string out;
    bool empty = true;

    for (const Series &series : plot.series)
        empty = empty && series.points.empty();
    if (empty)
        return "";
    const Scale scale = scale_of(plot);
    snprintf(head, sizeof head,
             "<svg viewBox=\"0 0 %.0f %.0f\" role=\"img\">\n", width, height);
    out = head;
    out += "<title>" + escape_html(plot.title) + "</title>\n";
    out += axes(plot, scale);
    for (size_t i = 0; i < plot.series.size(); i++)
        out += line_of(plot.series[i], i, scale);
    return out + names(plot, scale) + "</svg>\n";
}

} // namespace bench
