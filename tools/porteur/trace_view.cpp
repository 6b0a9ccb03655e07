// SPDX-License-Identifier: Apache-2.0
#include "trace_view.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>

#include <fmt/core.h>

#include <porteur/calendar_text.hpp>
#include <porteur/phrase.hpp>

#include "text.hpp"

namespace porteur::cli {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t columns_min = 60;
constexpr std::size_t time_columns = 8, name_columns_max = 26, length_columns = 11;
constexpr std::int64_t axis_length = 1000;

/// How a piece is drawn, so that it is known without colours too.
struct Mark {
    std::string_view what, sign;
    Colour colour;
};
constexpr auto marks = std::to_array<Mark>({
    {"turn", "░", Colour::yellow},  {"ready", "░", Colour::yellow}, {"exchange", "█", Colour::green}, {"again", "·", Colour::yellow},
    {"whole", "▓", Colour::green},  {"mail", "█", Colour::green},   {"settle", "?", Colour::red},     {"person", "▒", Colour::yellow},
    {"event", "▒", Colour::yellow}, {"pause", "·", Colour::dim},    {"sign", "█", Colour::green},     {"carrier", "-", Colour::dim},
});

Mark mark_of(std::string_view what) {
    const auto found = std::ranges::find(marks, what, &Mark::what);
    return found == marks.end() ? Mark{what, "#", Colour::none} : *found;
}

std::int64_t place(const json::value& of, std::string_view name) {
    const auto* found = of.as_object().if_contains(name);
    return found && found->is_int64() ? std::clamp<std::int64_t>(found->as_int64(), 0, axis_length) : 0;
}

/// One line of the axis, a sign to each column.
class Line {
public:
    explicit Line(std::size_t width) : signs_(width, " "), colours_(width, Colour::none) {}

    /// From one place of the axis to another, one column at least.
    void draw(std::int64_t start, std::int64_t end, std::string_view sign, Colour colour) {
        const auto [from, until] = columns(start, end);
        for (auto at = from; at < until; ++at) {
            signs_[at] = std::string(sign);
            colours_[at] = colour;
        }
    }
    /// Over the middle of a part of it, where there is room for the words.
    void write(std::int64_t start, std::int64_t end, const std::string& words) {
        const auto [from, until] = columns(start, end);
        const auto width = display_width(words);
        if (words.empty() || width > until - from) return;
        auto at = from + (until - from - width) / 2;
        // The words stand in the first column; the others are empty, so that the line keeps its width.
        signs_[at] = words;
        for (std::size_t more = 1; more < width; ++more) signs_[at + more].clear();
    }
    std::string text(bool colours) const {
        std::string out;
        for (std::size_t at = 0; at < signs_.size();) {
            auto next = at;
            std::string run;
            while (next < signs_.size() && colours_[next] == colours_[at]) run += signs_[next++];
            out += colours ? painted(run, colours_[at]) : run;
            at = next;
        }
        return out;
    }

private:
    std::pair<std::size_t, std::size_t> columns(std::int64_t start, std::int64_t end) const {
        const auto width = static_cast<std::int64_t>(signs_.size());
        auto from = std::min(start * width / axis_length, width - 1);
        const auto until = std::clamp((end * width + axis_length - 1) / axis_length, from + 1, width);
        return {static_cast<std::size_t>(from), static_cast<std::size_t>(until)};
    }

    std::vector<std::string> signs_;
    std::vector<Colour> colours_;
};

class Waterfall {
public:
    Waterfall(const Session& session, const json::value& trace, std::size_t columns)
        : session_(session), trace_(trace), columns_(std::max(columns, columns_min)), colours_(session.colours()) {
        std::size_t longest = 12;
        for (const auto& operation : list_member(trace, "operations"))
            for (const auto& step : list_member(operation, "steps")) longest = std::max(longest, display_width(printable(name_of(step))));
        names_ = std::min(longest, name_columns_max);
        bar_ = columns_ - time_columns - names_ - length_columns - 4;
    }

    std::vector<std::string> lines() {
        add_axis();
        // Operations and waits by when they began.
        const auto& waits = list_member(trace_, "waits");
        auto wait = waits.begin();
        for (const auto& operation : list_member(trace_, "operations")) {
            for (; wait != waits.end() && member(*wait, "from") < member(operation, "from"); ++wait) add_wait(*wait);
            add_operation(operation);
        }
        for (; wait != waits.end(); ++wait) add_wait(*wait);
        add_legend();
        return std::move(lines_);
    }

private:
    static std::string name_of(const json::value& step) {
        const auto guarantee = member(step, "guarantee");
        return member(step, "step") + (guarantee == "SAFE" || guarantee.empty() ? "" : " " + guarantee);
    }

    std::string length_text(const json::value& of) const {
        const auto length = length_of(member(of, "from"), member(of, "until").empty() ? member(trace_, "at") : member(of, "until"));
        return length ? duration_text(session_, *length) + (member(of, "until").empty() ? " …" : "") : std::string();
    }

    void add_line(const std::string& time, const std::string& name, const Line& line, const std::string& length, Colour of_name = Colour::none) {
        auto shown = padded(cut_to(printable(name), names_), names_);
        if (colours_) shown = painted(shown, of_name);
        lines_.push_back(padded(time, time_columns) + " " + shown + " " + line.text(colours_) + (length.empty() ? "" : " " + length));
    }
    void add_detail(const std::string& text, Colour colour = Colour::dim) {
        const auto shown = std::string(time_columns + 1, ' ') + printable(text);
        lines_.push_back(colours_ ? painted(shown, colour) : shown);
    }
    /// As many on a line as there is room for: nothing of what was asked for is cut.
    void add_details(const std::vector<std::string>& all) {
        std::string line;
        for (const auto& each : all) {
            if (!line.empty() && time_columns + 1 + display_width(line) + 2 + display_width(each) + 1 > columns_) {
                add_detail(line + ",");
                line.clear();
            }
            line += (line.empty() ? "" : ", ") + each;
        }
        if (!line.empty()) add_detail(line);
    }
    static std::string clock_of(const json::value& of) {
        const auto time = local_time(member(of, "from"));
        return time.size() > 11 ? time.substr(11) : time;
    }

    void add_axis() {
        Line line(bar_);
        for (const auto& each : list_member(trace_, "axis")) {
            const bool is_cut = member(each, "cut") == "true";
            line.draw(place(each, "start"), place(each, "end"), is_cut ? "⋯" : "─", Colour::dim);
            if (is_cut) line.write(place(each, "start"), place(each, "end"), length_text(each));
        }
        add_line("", "", line, "");
    }

    void add_wait(const json::value& wait) {
        const auto what = member(wait, "what");
        used_.insert(what);
        Line line(bar_);
        line.draw(place(wait, "start"), place(wait, "end"), mark_of(what).sign, mark_of(what).colour);
        lines_.push_back("");
        lines_.push_back(date_line(wait, session_.tongue().word("spent", what), {}));
        add_line(clock_of(wait), "", line, length_text(wait));
    }

    std::string date_line(const json::value& of, const std::string& name, const std::string& rest) const {
        const auto shown = local_time(member(of, "from")).substr(0, 10) + "  " + printable(name);
        return (colours_ ? painted(shown, Colour::bold) : shown) + rest;
    }

    void add_operation(const json::value& operation) {
        lines_.push_back("");
        const auto state = member(operation, "state");
        auto shown = session_.word("operation_state", state);
        if (colours_) shown = painted(shown, state == "failed" || state == "parked" ? Colour::red : state == "open" ? Colour::yellow : Colour::none);
        lines_.push_back(date_line(
            operation, session_.word("operation", member(operation, "name")) + "  " + member(operation, "account"), "  " + shown + "  " + member(operation, "id")
        ));
        Line line(bar_);
        line.draw(place(operation, "start"), place(operation, "end"), "─", Colour::none);
        add_line(clock_of(operation), "", line, length_text(operation));
        for (const auto& step : list_member(operation, "steps")) add_step(step);
        if (list_member(operation, "steps").empty()) add_detail(session_.tongue().text(phrase("no step of it is kept")));
    }

    void add_step(const json::value& step) {
        Line line(bar_);
        std::vector<std::string> spent;
        const auto& pieces = list_member(step, "pieces");
        for (const auto& piece : pieces) {
            const auto what = member(piece, "what");
            used_.insert(what);
            const auto mark = mark_of(what);
            const bool is_bad = !member(piece, "failed").empty();
            line.draw(place(piece, "start"), place(piece, "end"), mark.sign, is_bad ? Colour::red : mark.colour);
            auto said = session_.tongue().word("spent", what) + " " + length_text(piece);
            if (const auto failed = member(piece, "failed"); !failed.empty())
                said += " (" + (member(piece, "status").empty() ? "" : member(piece, "status") + " ") + failed + ")";
            spent.push_back(std::move(said));
        }
        const auto failed = member(step, "failed");
        add_line(clock_of(step), name_of(step), line, length_text(step), failed.empty() ? Colour::none : Colour::red);
        auto what = request_of(step);
        if (!failed.empty()) what += (what.empty() ? "" : ", ") + failed;
        if (!what.empty()) add_detail(what, failed.empty() ? Colour::dim : Colour::red);
        if (const auto message = member(step, "message"); !message.empty()) add_detail(session_.tongue().text(message), Colour::red);
        // One exchange alone is what the bar says already.
        if (pieces.size() > 1 || (pieces.size() == 1 && member(pieces.front(), "what") != "exchange")) add_details(spent);
        if (const auto request = member(step, "carrier_request"); !request.empty())
            add_detail(session_.tongue().text(phrase("the carrier calls it {1}", quoted(request))));
    }

    /// "POST /ports: 201"; of work for a person its title.
    static std::string request_of(const json::value& step) {
        auto text = member(step, "title");
        const auto* address = step.as_object().if_contains("address");
        const auto to = address && address->is_array() ? joined(address->as_array()) : member(step, "address");
        if (!to.empty()) text += (text.empty() ? "" : " ") + (member(step, "method").empty() ? to : member(step, "method") + " " + to);
        if (const auto status = member(step, "status"); !status.empty()) text += ": " + status;
        return text;
    }

    void add_legend() {
        if (used_.empty()) return;
        lines_.push_back("");
        std::string line;
        for (const auto& mark : marks) {
            if (!used_.contains(std::string(mark.what))) continue;
            const auto words = session_.tongue().word("spent", mark.what);
            const auto width = display_width(line) + display_width(words) + 5;
            if (!line.empty() && width > columns_) {
                lines_.push_back(line);
                line.clear();
            }
            line += (line.empty() ? "" : "   ") + std::string(mark.sign) + " " + words;
        }
        lines_.push_back(line);
    }

    const Session& session_;
    const json::value& trace_;
    std::size_t columns_, names_ = 0, bar_ = 0;
    bool colours_;
    std::set<std::string> used_;
    std::vector<std::string> lines_;
};

}  // namespace

std::string duration_text(const Session& session, std::chrono::milliseconds length) {
    const auto& tongue = session.tongue();
    const auto count = length.count();
    if (count < 1000) return fmt::format("{} ms", count);
    if (count < 60'000) {
        auto text = fmt::format("{:.1f}", static_cast<double>(count) / 1000);
        if (tongue.language() == Language::french) std::ranges::replace(text, '.', ',');
        return text + " s";
    }
    const auto seconds = count / 1000, minutes = seconds / 60, hours = minutes / 60, days = hours / 24;
    if (minutes < 60) return fmt::format("{} min {} s", minutes, seconds % 60);
    if (hours < 24) return fmt::format("{} h {} min", hours, minutes % 60);
    return fmt::format("{} {} {} h", days, tongue.language() == Language::french ? "j" : "d", hours % 24);
}

std::optional<milliseconds> length_of(const std::string& from, const std::string& until) {
    const auto instant = [](const std::string& text) -> std::optional<std::chrono::sys_time<milliseconds>> {
        const auto seconds = read_rfc3339(text);
        if (!seconds) return std::nullopt;
        // The API's times have three digits of a second, which read_rfc3339 leaves out.
        const auto point = text.find('.');
        int fraction = 0;
        if (point != text.npos && point + 4 <= text.size()) std::from_chars(text.data() + point + 1, text.data() + point + 4, fraction);
        return *seconds + milliseconds(fraction);
    };
    const auto begin = instant(from), end = instant(until);
    if (!begin || !end) return std::nullopt;
    return *end - *begin;
}

std::vector<std::string> waterfall_of(const Session& session, const json::value& trace, std::size_t columns) {
    return Waterfall(session, trace, columns).lines();
}

}  // namespace porteur::cli
