// SPDX-License-Identifier: MIT
/*
 * report/json_text.h - JSON as text, one value after another.
 *
 * Commas are the writer's business.  A number that JSON cannot say (NaN or
 * infinity) becomes null.
 */
#ifndef BENCH_REPORT_JSON_TEXT_H
#define BENCH_REPORT_JSON_TEXT_H

#include <string>
#include <vector>

namespace bench
{

class JsonText
{
  public:
    JsonText &open(char bracket);  /**< '{' or '[' */
    JsonText &close(char bracket); /**< '}' or ']' */
    JsonText &key(const std::string &name);
    JsonText &value(const std::string &text);
    JsonText &value(const char *text)
    {
        return value(std::string(text));
    }
    JsonText &value(double number);
    JsonText &value(int number)
    {
        return value(static_cast<double>(number));
    }
    JsonText &value(bool truth);

    template <class T> JsonText &pair(const std::string &name, const T &content)
    {
        return key(name).value(content);
    }

    const std::string &text() const
    {
        return text_;
    }

  private:
    void separate();
    void quote(const std::string &text);

    std::string text_;
    bool first_ = true; /**< nothing in the present brackets yet */
    bool after_key_ = false;
    int depth_ = 0;
};

} // namespace bench

#endif
