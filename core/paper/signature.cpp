// SPDX-License-Identifier: Apache-2.0
#include "paper/signature.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <porteur/phrase.hpp>

namespace porteur::paper {
namespace {

constexpr std::size_t points_max = 20'000;
constexpr int curve_steps = 12;
constexpr double side = 10'000;
// Beyond this no screen and no paper goes; it also keeps sums finite.
constexpr double coordinate_max = 1e6;

struct Point {
    double x = 0, y = 0;
    friend Point operator+(Point left, Point right) { return {left.x + right.x, left.y + right.y}; }
};

std::unexpected<Error> wrong(const std::string& what) {
    return failure(ErrorKind::invalid_input, "/signature: " + what);
}

using Lines = std::vector<std::vector<Point>>;

Result<Drawing> scaled(const Lines& lines) {
    Point low{coordinate_max, coordinate_max}, high{-coordinate_max, -coordinate_max};
    std::size_t count = 0;
    for (const auto& line : lines) {
        count += line.size();
        for (const auto point : line) {
            low = {std::min(low.x, point.x), std::min(low.y, point.y)};
            high = {std::max(high.x, point.x), std::max(high.y, point.y)};
        }
    }
    if (count == 0) return wrong("nothing is drawn");
    if (count > points_max)
        return wrong(phrase("the drawing has more than {1:n} points", points_max));
    const double longer = std::max(high.x - low.x, high.y - low.y);
    if (!(longer > 0)) return wrong("the drawing is a single point");
    const double scale = side / longer;
    Drawing out;
    out.width = std::max<std::int64_t>(1, std::llround((high.x - low.x) * scale));
    out.height = std::max<std::int64_t>(1, std::llround((high.y - low.y) * scale));
    for (const auto& line : lines) {
        if (line.empty()) continue;
        auto& stroke = out.strokes.emplace_back();
        for (const auto point : line) {
            stroke.points.push_back(std::llround((point.x - low.x) * scale));
            stroke.points.push_back(std::llround((point.y - low.y) * scale));
        }
    }
    return out;
}

/// The letters and numbers of a path.
class PathReader {
public:
    explicit PathReader(std::string_view text) : text_(text) {}

    void skip() {
        while (at_ < text_.size() &&
               (text_[at_] == ' ' || text_[at_] == ',' || text_[at_] == '\n' ||
                text_[at_] == '\r' || text_[at_] == '\t'))
            ++at_;
    }
    bool at_end() {
        skip();
        return at_ == text_.size();
    }
    std::size_t place() const { return at_; }
    std::optional<char> letter() {
        skip();
        if (at_ == text_.size()) return std::nullopt;
        const char found = text_[at_];
        if (std::string_view("MmLlHhVvCcSsQqTtZz").find(found) == std::string_view::npos)
            return std::nullopt;
        ++at_;
        return found;
    }
    std::optional<double> number() {
        skip();
        auto rest = text_.substr(at_);
        const bool plus = rest.starts_with('+');
        if (plus) rest.remove_prefix(1);
        double value = 0;
        const auto read = std::from_chars(rest.data(), rest.data() + rest.size(), value);
        if (read.ec != std::errc{} || !std::isfinite(value) || std::abs(value) > coordinate_max)
            return std::nullopt;
        at_ += static_cast<std::size_t>(read.ptr - rest.data()) + (plus ? 1 : 0);
        return value;
    }
    std::optional<Point> point() {
        const auto x = number();
        if (!x) return std::nullopt;
        const auto y = number();
        if (!y) return std::nullopt;
        return Point{*x, *y};
    }

private:
    std::string_view text_;
    std::size_t at_ = 0;
};

class PathDrawer {
public:
    explicit PathDrawer(std::string_view path) : in_(path) {}

    Result<Lines> draw() {
        char command = 0;
        while (!in_.at_end()) {
            if (const auto letter = in_.letter())
                command = *letter;
            else if (command == 0 || command == 'Z' || command == 'z')
                return stopped();
            if (lines_.empty() && command != 'M' && command != 'm') return stopped();
            if (!step(command)) return stopped();
            // More numbers after a move are lines. @source SVG 2, 9.3.3
            if (command == 'M') command = 'L';
            if (command == 'm') command = 'l';
            if (count_ > points_max)
                return wrong(phrase("the drawing has more than {1:n} points", points_max));
        }
        return std::move(lines_);
    }

private:
    std::unexpected<Error> stopped() const {
        return wrong(
            phrase("the path cannot be read from character {1} on", in_.place())
        );
    }
    void line_to(Point to) {
        if (closed_) {
            lines_.push_back({now_});
            closed_ = false;
        }
        lines_.back().push_back(to);
        ++count_;
        now_ = to;
    }
    void curve(Point first, Point second, Point to) {
        const auto from = now_;
        for (int index = 1; index <= curve_steps; ++index) {
            const double t = static_cast<double>(index) / curve_steps, u = 1 - t;
            const double a = u * u * u, b = 3 * u * u * t, c = 3 * u * t * t, d = t * t * t;
            line_to(
                {a * from.x + b * first.x + c * second.x + d * to.x,
                 a * from.y + b * first.y + c * second.y + d * to.y}
            );
        }
        now_ = to;
    }
    static Point between(Point from, Point to, double part) {
        return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
    }
    void bow(Point control, Point to) {
        curve(between(now_, control, 2.0 / 3), between(to, control, 2.0 / 3), to);
    }
    Point mirrored(std::optional<Point> control) const {
        if (!control) return now_;
        return {2 * now_.x - control->x, 2 * now_.y - control->y};
    }

    bool step(char command) {
        const bool small = command >= 'a';
        const Point base = small ? now_ : Point{};
        const char kind = small ? static_cast<char>(command - 'a' + 'A') : command;
        auto cubic = kind == 'C' || kind == 'S' ? cubic_ : std::nullopt;
        auto quadratic = kind == 'Q' || kind == 'T' ? quadratic_ : std::nullopt;
        cubic_ = quadratic_ = std::nullopt;
        if (kind == 'Z') {
            line_to(start_);
            closed_ = true;
            return true;
        }
        if (kind == 'H' || kind == 'V') {
            const auto value = in_.number();
            if (!value) return false;
            line_to(kind == 'H' ? Point{base.x + *value, now_.y} : Point{now_.x, base.y + *value});
            return true;
        }
        Point points[3];
        const int wanted = kind == 'C' ? 3 : kind == 'S' || kind == 'Q' ? 2 : 1;
        for (int index = 0; index < wanted; ++index) {
            const auto point = in_.point();
            if (!point) return false;
            points[index] = base + *point;
        }
        switch (kind) {
            case 'M':
                lines_.push_back({points[0]});
                ++count_;
                now_ = start_ = points[0];
                closed_ = false;
                break;
            case 'L':
                line_to(points[0]);
                break;
            case 'C':
                curve(points[0], points[1], points[2]);
                cubic_ = points[1];
                break;
            case 'S':
                curve(mirrored(cubic), points[0], points[1]);
                cubic_ = points[0];
                break;
            case 'Q':
                bow(points[0], points[1]);
                quadratic_ = points[0];
                break;
            case 'T': {
                const auto control = mirrored(quadratic);
                bow(control, points[0]);
                quadratic_ = control;
                break;
            }
            default:
                return false;
        }
        return true;
    }

    PathReader in_;
    Lines lines_;
    Point now_, start_;
    std::optional<Point> cubic_, quadratic_;
    std::size_t count_ = 0;
    bool closed_ = false;
};

std::optional<double> coordinate(const json::value& value) {
    boost::system::error_code none;
    const auto number = value.to_number<double>(none);
    if (none || !std::isfinite(number) || std::abs(number) > coordinate_max) return std::nullopt;
    return number;
}

}  // namespace

Result<Drawing> drawing_of_path(std::string_view path) {
    auto lines = PathDrawer(path).draw();
    if (!lines) return std::unexpected(std::move(lines).error());
    return scaled(*lines);
}

Result<Drawing> drawing_of_strokes(const json::value& strokes) {
    if (!strokes.is_array()) return wrong("expected a list of strokes");
    Lines lines;
    std::size_t count = 0;
    for (const auto& stroke : strokes.get_array()) {
        const auto number = lines.size();
        if (!stroke.is_array()) return wrong(phrase("stroke {1} is not a list of points", number));
        auto& line = lines.emplace_back();
        for (const auto& point : stroke.get_array()) {
            if (++count > points_max)
                return wrong(phrase("the drawing has more than {1:n} points", points_max));
            const auto* both = point.if_array();
            const auto x = both && both->size() >= 2 ? coordinate((*both)[0]) : std::nullopt;
            const auto y = both && both->size() >= 2 ? coordinate((*both)[1]) : std::nullopt;
            if (!x || !y)
                return wrong(
                    phrase("stroke {1}, point {2}: expected [x, y]", number, line.size())
                );
            line.push_back({*x, *y});
        }
    }
    return scaled(lines);
}

}  // namespace porteur::paper
