// SPDX-License-Identifier: Apache-2.0
// The list of numbers as a file: GET and POST of /v1/numbers/csv and /v1/numbers/pdf. docs/lists.md
// has the columns.
#include <algorithm>
#include <array>

#include "api/in_language.hpp"
#include "api/number_columns.hpp"
#include "api/number_query.hpp"
#include "api/number_services.hpp"
#include "api/order_json.hpp"
#include "api/order_request.hpp"
#include "api/problem.hpp"
#include "api/routes.hpp"
#include "tables/csv_writer.hpp"
#include "tables/table_pdf.hpp"

namespace porteur::handlers {
namespace {

constexpr std::size_t file_name_max = 100;
constexpr std::string_view query_pointer = "/query/";
constexpr std::string_view retry_after_seconds = "5";
constexpr std::size_t csv_weight = 1, pdf_weight = 2;

// ------------------------------------------------------------------ what is asked for

struct Export {
    Caller caller;
    NumberChoice choice;
    Fields words;  ///< of the query, as they were asked for
    std::vector<NumberColumn> columns;
    std::string file_name;
    bool bom = false;
    Language language = Language::english;
};

/// "+15145550100", or without the plus, which a query would have taken for a blank.
std::optional<NumberKey> key_of(std::string_view text) {
    if (text.starts_with(' ') || text.starts_with('+')) text.remove_prefix(1);
    return number_key("+" + std::string(text));
}

Result<void> add_ids(std::string_view text, std::vector<NumberKey>& out) {
    while (!text.empty()) {
        const auto word = text.substr(0, text.find(','));
        text.remove_prefix(std::min(word.size() + 1, text.size()));
        const auto key = key_of(word);
        if (!key)
            return wrong("ids", word, to_translate("numbers in E.164 form with commas between"));
        out.push_back(*key);
    }
    return {};
}

/// @param ending  ".csv"
Result<std::string> read_file_name(std::string_view text, std::string_view ending) {
    if (text.empty()) return "PhoneNumbers" + std::string(ending);
    const bool has_place = std::ranges::any_of(text, [](char letter) {
        return letter == '/' || letter == '\\' || letter == '"' ||
               static_cast<unsigned char>(letter) < 0x20 || letter == 0x7F;
    });
    if (has_place || text.size() > file_name_max || text.size() <= ending.size() ||
        !text.ends_with(ending) || text.starts_with('.'))
        return wrong(
            "filename", text,
            phrase("a file's name of at most {1} bytes that ends in {2}", file_name_max, ending)
        );
    return std::string(text);
}

/// @source RFC 6266, section 4 and appendix D; RFC 8187, section 3.2
std::string disposition(std::string_view kind, std::string_view name) {
    static constexpr std::string_view digits = "0123456789ABCDEF";
    std::string plain, encoded;
    bool is_plain = true;
    for (const char letter : name) {
        const auto byte = static_cast<unsigned char>(letter);
        const bool is_ascii = byte < 0x80;
        is_plain = is_plain && is_ascii && letter != '%';
        // The bytes of a letter beyond ASCII become one sign.
        if (is_ascii)
            plain += letter;
        else if ((byte & 0xC0U) != 0x80U)
            plain += '_';
        if ((byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
            (byte >= 'a' && byte <= 'z') || letter == '-' || letter == '.' || letter == '_') {
            encoded += letter;
        } else {
            encoded += '%';
            encoded += digits[byte >> 4U];
            encoded += digits[byte & 15U];
        }
    }
    auto out = std::string(kind) + "; filename=\"" + plain + '"';
    if (!is_plain) out += "; filename*=UTF-8''" + encoded;
    return out;
}

/// A member of "query" as a parameter has it.
Result<std::string> parameter_text(std::string_view name, const json::value& value) {
    if (value.is_string()) return std::string(value.get_string());
    if (value.is_int64()) return std::to_string(value.get_int64());
    auto pointer = std::string(query_pointer).append(name) + ": ";
    const auto refused = failure(
        ErrorKind::invalid_input, pointer + phrase("is neither a text nor a list of texts")
    );
    if (!value.is_array()) return refused;
    std::string out;
    for (const auto& each : value.get_array()) {
        if (!each.is_string()) return refused;
        if (!out.empty()) out += ',';
        out += std::string_view(each.get_string());
    }
    return out;
}

/// The body of a POST, as the query that a GET would have.
Result<Fields> read_export_body(const std::string& body) {
    const auto object = read_object(body, "query ids columns filename bom");
    if (!object) return std::unexpected(object.error());
    Fields out;
    for (const auto* name : {"ids", "columns", "filename"})
        if (const auto* value = object->if_contains(name)) {
            auto text = parameter_text(name, *value);
            if (!text) return std::unexpected(std::move(text).error());
            out.emplace_back(name, std::move(*text));
        }
    if (const auto* bom = object->if_contains("bom")) {
        if (!bom->is_bool())
            return failure(
                ErrorKind::invalid_input, "/bom: " + phrase("takes true or false alone")
            );
        out.emplace_back("bom", bom->get_bool() ? "true" : "false");
    }
    const auto* query = object->if_contains("query");
    if (!query) return out;
    if (!query->is_object())
        return failure(ErrorKind::invalid_input, "/query: " + phrase("is no object"));
    for (const auto& [name, value] : query->get_object()) {
        const auto padded = " " + std::string(number_query_words) + " ";
        if (padded.find(" " + std::string(name) + " ") == padded.npos) {
            const auto pointer = std::string(query_pointer) + detail::escaped_token(name) + ": ";
            return failure(
                ErrorKind::invalid_input,
                pointer + phrase("there is no such field; there are: {1}", number_query_words)
            );
        }
        auto text = parameter_text(name, value);
        if (!text) return std::unexpected(std::move(text).error());
        out.emplace_back(std::string(name), std::move(*text));
    }
    return out;
}

Result<Export> read_export(const Request& request, bool is_customer, std::string_view ending) {
    Request asked;
    asked.caller = request.caller;
    if (request.method == "POST") {
        auto fields = read_export_body(request.body);
        if (!fields) return std::unexpected(std::move(fields).error());
        asked.query = std::move(*fields);
    } else {
        asked.query = request.query;
    }
    Export out;
    out.caller = request.caller;
    out.language = language_of(request);
    auto query = read_list_query(asked, is_customer);
    if (!query) return std::unexpected(std::move(query).error());
    out.choice.query = std::move(*query);
    if (auto added = add_ids(asked.parameter("ids"), out.choice.only); !added)
        return std::unexpected(std::move(added).error());
    auto columns = read_columns(asked.parameter("columns"), is_customer);
    if (!columns) return std::unexpected(std::move(columns).error());
    out.columns = std::move(*columns);
    out.choice.is_short = std::ranges::none_of(out.columns, [](const NumberColumn& each) { return each.field >= NumberField::cost; });
    auto name = read_file_name(asked.parameter("filename"), ending);
    if (!name) return std::unexpected(std::move(name).error());
    out.file_name = std::move(*name);
    const auto bom = asked.parameter("bom");
    if (!bom.empty() && bom != "true" && bom != "false")
        return wrong("bom", bom, to_translate("true or false"));
    out.bom = bom == "true";
    // A browser that saves a file by its address asks in its own languages, not in the page's.
    if (const auto language = asked.parameter("language"); !language.empty()) {
        if (language != "en" && language != "fr")
            return wrong("language", language, to_translate("en or fr"));
        out.language = language == "fr" ? Language::french : Language::english;
    }
    out.words = std::move(asked.query);
    return out;
}

// ------------------------------------------------------------------ the files

/// Pieces that are ready, until the reading of the store pauses: nobody waits for a peer in the
/// middle of it.
class Ready {
public:
    explicit Ready(StreamSink& sink) : sink_(sink) {}
    void add(std::string_view bytes) { pieces_.emplace_back(bytes); }
    bool hand_on() {
        for (auto& each : pieces_)
            if (!sink_.put(std::move(each))) return false;
        pieces_.clear();
        return !sink_.is_over();
    }

private:
    StreamSink& sink_;
    std::vector<std::string> pieces_;
};

Result<void> write_csv(NumberServices& numbers, Export wanted, StreamSink& sink) {
    Ready ready(sink);
    tables::CsvWriter writer(
        titled(wanted.columns, Tongue::of(wanted.language)), {.bom = wanted.bom},
        [&](std::string_view bytes) -> Result<void> {
            ready.add(bytes);
            return {};
        }
    );
    if (auto done = writer.header(); !done) return done;
    NumberCells cells(std::move(wanted.columns));
    const auto read = numbers.each_number(
        wanted.caller, std::move(wanted.choice),
        {.take = [&](const NumberRead& number) { return writer.row(cells.of(number)).has_value(); },
         .pause = [&] { return ready.hand_on(); }}
    );
    if (!read) return read;
    if (auto done = writer.finish(); !done) return done;
    ready.hand_on();
    return {};
}

/// "Status: active; Number: …514…", in the reader's language.
std::string filter_in_words(const Export& wanted, const Tongue& tongue) {
    static constexpr std::array exact{"status", "state",    "provider", "country",
                                      "type",   "use_type", "tag"};
    static constexpr std::array contained{"number", "used_by",      "company",
                                          "var",    "provider_has", "q"};
    const auto title_of = [&](std::string_view word) {
        if (word == "tag") word = "tags";
        if (word == "provider_has") word = "provider";
        if (word == "q") return tongue.heading(to_translate("Search"));
        return tongue.heading(title_of_column(word));
    };
    const std::string_view colon = tongue.language() == Language::french ? "\u00A0: " : ": ";
    std::string out;
    const auto add = [&](const std::string& text) {
        if (!out.empty()) out += "; ";
        out += text;
    };
    if (!wanted.choice.only.empty()) add(tongue.heading(to_translate("Selected numbers")));
    for (const auto& [name, value] : wanted.words) {
        if (value.empty() || !wanted.choice.only.empty()) continue;
        std::string shown;
        for (const char letter : value) {
            shown += letter == '_' ? ' ' : letter;
            if (letter == ',') shown += ' ';
        }
        if (name == "filter" && value != "all")
            add(tongue.heading(
                value == "used" ? to_translate("Used numbers") : to_translate("Available numbers")
            ));
        else if (std::ranges::find(exact, name) != exact.end())
            add(title_of(name) + std::string(colon) + shown);
        else if (std::ranges::find(contained, name) != contained.end())
            add(title_of(name) + std::string(colon) + "…" + value + "…");
    }
    return out;
}

Result<void> write_pdf(
    NumberServices& numbers, Export wanted, std::uint64_t rows_max, StreamSink& sink
) {
    const auto& tongue = Tongue::of(wanted.language);
    const auto needs = numbers.paper();
    auto pdf = tables::TablePdf::begin(
        {.title = tongue.heading(to_translate("Phone numbers")),
         .filter = filter_in_words(wanted, tongue),
         .date = tongue.date(time_text(needs.now).substr(0, 10)),
         .page = tongue.heading(to_translate("Page {page} of {pages}")),
         .columns = titled(wanted.columns, tongue),
         .font_folder = needs.font_folder}
    );
    if (!pdf) return std::unexpected(pdf.error());
    NumberCells cells(std::move(wanted.columns));
    std::uint64_t rows = 0;
    const auto read = numbers.each_number(
        wanted.caller, std::move(wanted.choice),
        {.take =
             [&](const NumberRead& number) {
                 if (++rows > rows_max) return false;
                 (*pdf)->row(cells.of(number));
                 return true;
             },
         .pause = [&] { return !sink.is_over(); }}
    );
    if (!read) return read;
    if (rows > rows_max)
        return failure(
            ErrorKind::invalid_input, phrase(
                                          "a PDF takes at most {1:n} numbers, and these are more; "
                                          "choose fewer, or take them as CSV",
                                          rows_max
                                      )
        );
    return (*pdf)->finish([&](std::string_view bytes) -> Result<void> {
        if (!sink.put(std::string(bytes)))
            return failure(ErrorKind::unavailable, "the reader has gone");
        return {};
    });
}

/// The answer, once its first bytes are there: what goes wrong before is told as a problem.
Async<Answer> streamed(Api& api, std::size_t weight, Streams::Maker maker, Answer answer) {
    answer.stream = api.streams.begin(weight, std::move(maker));
    if (!answer.stream) {
        auto full = problem_answer(
            problems::unavailable,
            "there are as many exports under way as there may be; try again in a moment"
        );
        full.headers.emplace_back("Retry-After", retry_after_seconds);
        co_return full;
    }
    auto first = co_await answer.stream->next();
    if (!first) co_return problem_answer(first.error());
    answer.body = std::move(*first);
    co_return answer;
}

}  // namespace

Async<Answer> export_numbers_csv(Api& api, Request& request) {
    auto wanted = read_export(request, api.services.numbers().is_customer(request.caller), ".csv");
    if (!wanted) co_return problem_answer(wanted.error());
    Answer answer;
    answer.content_type = "text/csv; charset=utf-8; header=present";
    answer.headers.emplace_back(
        "Content-Disposition", disposition("attachment", wanted->file_name)
    );
    answer.headers.emplace_back("Content-Language", code_of(wanted->language));
    co_return co_await streamed(
        api, csv_weight,
        [&numbers = api.services.numbers(), asked = std::move(*wanted)](StreamSink& sink) {
            return write_csv(numbers, asked, sink);
        },
        std::move(answer)
    );
}

Async<Answer> export_numbers_pdf(Api& api, Request& request) {
    auto wanted = read_export(request, api.services.numbers().is_customer(request.caller), ".pdf");
    if (!wanted) co_return problem_answer(wanted.error());
    Answer answer;
    answer.content_type = "application/pdf";
    answer.headers.emplace_back("Content-Disposition", disposition("inline", wanted->file_name));
    answer.headers.emplace_back("Content-Language", code_of(wanted->language));
    co_return co_await streamed(
        api, pdf_weight,
        [&numbers = api.services.numbers(), rows_max = api.limits.pdf_rows_max,
         asked = std::move(*wanted)](StreamSink& sink) {
            return write_pdf(numbers, asked, rows_max, sink);
        },
        std::move(answer)
    );
}

}  // namespace porteur::handlers
