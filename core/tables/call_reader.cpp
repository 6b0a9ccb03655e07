// SPDX-License-Identifier: Apache-2.0
#include "tables/call_reader.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include <porteur/phrase.hpp>

namespace porteur::tables {
namespace {

using namespace std::chrono;

std::unexpected<Error> refused(std::string message) {
    return failure(ErrorKind::invalid_input, std::move(message));
}

std::string_view trimmed(std::string_view text) {
    const auto begin = text.find_first_not_of(" \t");
    return begin == text.npos ? std::string_view{}
                              : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

template <class Number>
bool read_number(std::string_view text, Number& out) {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), out);
    return read.ec == std::errc{} && read.ptr == text.data() + text.size() && !text.empty() &&
           text[0] != '-';
}

/// What stands of "sip:+15145550100@example.com;user=phone" for a telephone.
std::string_view user_of(std::string_view text) {
    for (const std::string_view scheme : {"sip:", "sips:", "tel:"})
        if (text.starts_with(scheme)) {
            text.remove_prefix(scheme.size());
            return text.substr(0, text.find_first_of("@;"));
        }
    return text;
}

}  // namespace

std::optional<sys_seconds> read_call_time(std::string_view text, minutes utc_offset) {
    text = trimmed(text);
    std::int64_t count = 0;
    if (text.size() >= 9 && text.size() <= 11 && read_number(text, count))
        return sys_seconds(seconds(count));
    if (text.size() < 19 || text[4] != '-' || text[7] != '-' ||
        (text[10] != ' ' && text[10] != 'T') || text[13] != ':' || text[16] != ':')
        return std::nullopt;
    int year_of = 0;
    unsigned month_of = 0, day_of = 0, hour_of = 0, minute_of = 0, second_of = 0;
    if (!read_number(text.substr(0, 4), year_of) || !read_number(text.substr(5, 2), month_of) ||
        !read_number(text.substr(8, 2), day_of) || !read_number(text.substr(11, 2), hour_of) ||
        !read_number(text.substr(14, 2), minute_of) || !read_number(text.substr(17, 2), second_of))
        return std::nullopt;
    const year_month_day date{year(year_of), month(month_of), day(day_of)};
    if (!date.ok() || hour_of > 23 || minute_of > 59 || second_of > 60) return std::nullopt;
    auto rest = text.substr(19);
    if (rest.starts_with('.'))
        rest = rest.substr(std::min(rest.find_first_not_of("0123456789", 1), rest.size()));
    if (rest == "Z") {
        utc_offset = minutes(0);
    } else if (!rest.empty()) {
        unsigned hours_off = 0, minutes_off = 0;
        const auto sign = rest[0];
        rest.remove_prefix(1);
        const auto colon = rest.size() == 5 && rest[2] == ':' ? 1U : 0U;
        if ((sign != '+' && sign != '-') || rest.size() != 4 + colon ||
            !read_number(rest.substr(0, 2), hours_off) ||
            !read_number(rest.substr(2 + colon, 2), minutes_off) || hours_off > 14 ||
            minutes_off > 59)
            return std::nullopt;
        utc_offset =
            minutes(static_cast<int>(hours_off * 60 + minutes_off) * (sign == '-' ? -1 : 1));
    }
    return sys_days(date) + hours(hour_of) + minutes(minute_of) + seconds(second_of) - utc_offset;
}

Result<CallMap> call_map(std::string_view text) {
    if (text == "asterisk")
        text = "id=17,from=2,to=3,at=10";
    else if (text == "freeswitch")
        text = "id=11,from=2,to=3,at=5";
    else if (text == "kamailio")
        text =
            "id=callid,from=src_user|from_user|src_uri,to=dst_ouser|dst_user|to_user|dst_uri,at="
            "time|start_time,only=method:INVITE";
    else if (!text.contains('='))
        return refused(phrase(
            "no program is called {1}; write asterisk, freeswitch or kamailio, or the columns, as "
            "in id=17,from=2,to=3,at=10",
            quoted(text)
        ));
    CallMap out;
    while (!text.empty()) {
        const auto end = std::min(text.find(','), text.size());
        const auto one = trimmed(text.substr(0, end));
        text.remove_prefix(std::min(text.size(), end + 1));
        const auto equals = std::min(one.find('='), one.size());
        const auto word = trimmed(one.substr(0, equals));
        const auto value =
            equals < one.size() ? trimmed(one.substr(equals + 1)) : std::string_view{};
        const auto colon = value.find(':');
        if (word == "id")
            out.id = value;
        else if (word == "from")
            out.from = value;
        else if (word == "to")
            out.to = value;
        else if (word == "at")
            out.at = value;
        else if (word == "only" && colon != value.npos) {
            out.only_column = value.substr(0, colon);
            out.only_value = value.substr(colon + 1);
        } else
            return refused(phrase(
                "{1} is no column of a call; the columns are id, from, to and at, and "
                "only=COLUMN:VALUE chooses rows",
                quoted(one)
            ));
    }
    if (out.to.empty() || out.at.empty())
        return refused(phrase("the columns of calls need at least to and at, as in to=3,at=10"));
    return out;
}

class CallReader::Work {
public:
    Work(CallOptions options, CallHandler on_call, FindingHandler on_finding)
        : options_(std::move(options)),
          on_call_(std::move(on_call)),
          on_finding_(std::move(on_finding)),
          reader_([this](const CsvRow& row) { return take(row); }, options_.limits) {}

    Result<void> append(std::string_view bytes) { return reader_.append(bytes); }
    Result<void> finish() { return reader_.finish(); }

    CallCounts counts;

private:
    static constexpr std::size_t nowhere = ~std::size_t{0};

    /// The column that the map means; `nowhere` if the file has none of them.
    static std::size_t column_of(std::string_view said, const CsvRow& header, bool& by_name) {
        while (!said.empty()) {
            const auto end = std::min(said.find('|'), said.size());
            const auto one = trimmed(said.substr(0, end));
            said.remove_prefix(std::min(said.size(), end + 1));
            std::size_t place = 0;
            if (read_number(one, place)) return place >= 1 ? place - 1 : nowhere;
            by_name = true;
            for (std::size_t column = 0; column < header.cells.size(); ++column)
                if (plain_header(header.cells[column]) == plain_header(one)) return column;
        }
        return nowhere;
    }

    /// Finds the columns by the first row. @return true if that row is a header
    Result<bool> begin(const CsvRow& row) {
        bool by_name = false;
        const auto& map = options_.map;
        id_ = column_of(map.id, row, by_name);
        from_ = column_of(map.from, row, by_name);
        to_ = column_of(map.to, row, by_name);
        at_ = column_of(map.at, row, by_name);
        only_ = column_of(map.only_column, row, by_name);
        for (const auto& [column, said] :
             {std::pair(to_, map.to), std::pair(at_, map.at),
              std::pair(map.only_column.empty() ? 0 : only_, map.only_column)})
            if (column == nowhere)
                return refused(phrase(
                    "the first row of the file has no column {1}; export the records with a "
                    "header, or give the columns by "
                    "their places, as in to=3,at=10",
                    quoted(said)
                ));
        if (by_name) return true;
        return at_ < row.cells.size() && !row.cells[at_].empty() &&
               row.cells[at_].find_first_of("0123456789") == row.cells[at_].npos;
    }

    std::string_view cell(const CsvRow& row, std::size_t column) const {
        return column < row.cells.size() ? trimmed(row.cells[column]) : std::string_view{};
    }

    Result<void> take(const CsvRow& row) {
        if (!begun_) {
            begun_ = true;
            const auto is_header = begin(row);
            if (!is_header) return std::unexpected(is_header.error());
            if (*is_header) return {};
        }
        ++counts.rows;
        if (only_ != nowhere && cell(row, only_) != options_.map.only_value) {
            ++counts.left_out;
            return {};
        }
        for (const auto& fault : row.faults)
            if (fault.column == to_ || fault.column == at_ || fault.column == id_)
                return report(
                    row, fault.column,
                    phrase("the cell cannot be read; write it again as CSV UTF-8")
                );
        const auto at = read_call_time(cell(row, at_), options_.utc_offset);
        if (!at)
            return report(
                row, at_, phrase("this is no time; expected one as in 2026-11-26 14:05:00")
            );
        CallRecord call;
        call.row = row.row;
        call.to = numbering::check(user_of(cell(row, to_)), options_.region);
        if (!call.to.is_valid()) {
            ++counts.no_number;
            return {};
        }
        call.at = *at;
        call.from = user_of(cell(row, from_));
        call.id = cell(row, id_);
        if (call.id.empty()) call.id = made_id(row);
        ++counts.calls;
        return on_call_(call);
    }

    std::string_view made_id(const CsvRow& row) {
        std::uint64_t value = 0xCBF29CE484222325U;  // FNV-1a
        for (const auto column : {from_, to_, at_}) {
            for (const char letter : cell(row, column))
                value = (value ^ static_cast<unsigned char>(letter)) * 0x100000001B3U;
            value = (value ^ 0x1FU) * 0x100000001B3U;
        }
        char digits[16];
        const auto end = std::to_chars(digits, digits + sizeof digits, value, 16).ptr;
        made_id_.assign("row-").append(digits, end);
        return made_id_;
    }

    Result<void> report(const CsvRow& row, std::size_t column, std::string sentence) {
        ++counts.bad;
        return on_finding_(ImportFinding{
            .row = row.row,
            .column = column_letters(column),
            .column_name = {},
            .value = std::string(cell(row, column).substr(0, 60)),
            .sentence = std::move(sentence)
        });
    }

    CallOptions options_;
    CallHandler on_call_;
    FindingHandler on_finding_;
    CsvReader reader_;
    bool begun_ = false;
    std::size_t id_ = nowhere, from_ = nowhere, to_ = nowhere, at_ = nowhere, only_ = nowhere;
    std::string made_id_;
};

CallReader::CallReader(CallOptions options, CallHandler on_call, FindingHandler on_finding)
    : work_(std::make_unique<Work>(std::move(options), std::move(on_call), std::move(on_finding))) {
}

CallReader::~CallReader() = default;

Result<void> CallReader::append(std::string_view bytes) { return work_->append(bytes); }

Result<void> CallReader::finish() { return work_->finish(); }

const CallCounts& CallReader::counts() const { return work_->counts; }

}  // namespace porteur::tables
