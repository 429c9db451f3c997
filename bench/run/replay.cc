// SPDX-License-Identifier: MIT
/*
 * run/replay.cc - the options of an older run, from its result file.
 *
 * The file may come from anywhere.  It is read as a stream of events, of which
 * five keys of the object "weir" count; nothing else is kept, whatever its
 * size or depth, and nesting beyond what the suite writes ends the reading.
 */
#include "run/replay.h"

#include "run/stop.h"

#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

#if WEIR_BENCH_HAVE_JSON
#include <nlohmann/json.hpp>
#endif

namespace bench
{

#if WEIR_BENCH_HAVE_JSON

namespace
{

constexpr size_t depth_max = 16;
constexpr size_t text_max = 1000;

using Json = nlohmann::json;

/* Every handler says whether to go on; path_ holds the key of each level. */
class Reader : public nlohmann::json_sax<Json>
{
  public:
    Options options;
    double schema = -1;
    std::string fault; /**< why the reading ended, if not by the syntax */

    bool null() override
    {
        return true;
    }
    bool boolean(bool) override
    {
        return true;
    }
    bool binary(binary_t &) override
    {
        return true;
    }
    bool number_integer(number_integer_t value) override
    {
        return number(static_cast<double>(value));
    }
    bool number_unsigned(number_unsigned_t value) override
    {
        return number(static_cast<double>(value));
    }
    bool number_float(number_float_t value, const string_t &) override
    {
        return number(value);
    }
    bool start_object(size_t) override
    {
        return enter();
    }
    bool start_array(size_t) override
    {
        return enter();
    }
    bool end_object() override
    {
        return leave();
    }
    bool end_array() override
    {
        return leave();
    }
    bool key(string_t &name) override
    {
        path_.back() = name.substr(0, text_max);
        return true;
    }
    bool string(string_t &text) override;
    bool parse_error(size_t, const std::string &,
                     const nlohmann::detail::exception &) override
    {
        return false;
    }

  private:
    bool number(double value);
    bool refuse(const char *why)
    {
        fault = why;
        return false;
    }
    bool enter()
    {
        path_.emplace_back();
        items_ = 0;
        return path_.size() <= depth_max || refuse("is nested too deep");
    }
    bool leave()
    {
        path_.pop_back();
        return true;
    }
    bool in_weir(const char *key) const
    {
        return path_.size() == 2 && path_[0] == "weir" && path_[1] == key;
    }

    std::vector<std::string> path_;
    int items_ = 0; /**< numbers of the innermost array so far */
};

bool
Reader::string(string_t &text)
{
    if (in_weir("only")) {
        if (text.size() > text_max)
            return refuse("has a pattern that is too long");
        options.only = text;
    }
    if (!in_weir("depth"))
        return true;
    for (Depth depth : { Depth::quick, Depth::normal, Depth::full })
        if (text == depth_name(depth)) {
            options.depth = depth;
            return true;
        }
    return refuse("has a depth that is none");
}

bool
Reader::number(double value)
{
    const bool whole = value >= 0 && value <= static_cast<double>(seed_max) &&
                       value == std::floor(value);

    if (in_weir("schema"))
        schema = value;
    if (in_weir("seed")) {
        if (!whole || value < 1)
            return refuse("has a seed that is none");
        options.seed = static_cast<uint64_t>(value);
    }
    if (path_.size() == 4 && path_[0] == "weir" && path_[1] == "pairs") {
        if (!whole || value > 1e6 || items_ > 1)
            return refuse("has CPU pairs that are none");
        auto &pair = options.pairs[path_[2]];
        (items_++ == 0 ? pair.first : pair.second) = static_cast<int>(value);
    }
    return true;
}

/* A stream that cannot be read, such as a folder, throws. */
bool
read_stream(std::istream &in, Reader &reader)
{
    try {
        return Json::sax_parse(in, &reader);
    } catch (const std::exception &) {
        return false;
    }
}

} // namespace

Options
read_replay(const std::string &file)
{
    std::ifstream in(file);
    Reader reader;

    if (!in)
        die(exit_usage, "cannot read '%s': %s", file.c_str(), strerror(errno));
    const bool whole = read_stream(in, reader);
    if (!reader.fault.empty())
        die(exit_usage, "'%s' %s: it cannot be replayed", file.c_str(),
            reader.fault.c_str());
    if (!whole)
        die(exit_usage, "'%s' is not whole JSON: it cannot be replayed",
            file.c_str());
    if (reader.schema != 2 || reader.options.seed == 0)
        die(exit_usage,
            "'%s' is no result of schema 2 of this suite: it cannot be "
            "replayed",
            file.c_str());
    return reader.options;
}

#else

Options
read_replay(const std::string &)
{
    die(exit_usage, "--replay needs a build with nlohmann-json3-dev");
}

#endif

} // namespace bench
