// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <porteur/result.hpp>

#include "numbering/checked_number.hpp"
#include "tables/import_reader.hpp"

namespace porteur::tables {

/// Which columns of a file of call records say what. Each is a place from 1 or a header; of several
/// with | between them the first that the file has.
struct CallMap {
    std::string id = {}, from = {}, to = {}, at = {};
    std::string only_column = {}, only_value = {};  ///< rows with another value are no calls
};

/// The map of a program's own files, by its name, or one that is written out:
/// "id=17,from=2,to=3,at=10" with, where rows are to be chosen, ",only=method:INVITE". The names:
/// asterisk (Master.csv of cdr_csv), freeswitch (mod_cdr_csv with its template "example"), kamailio
/// (the table acc, exported with its header, with the extra columns of its sample settings:
/// src_user, dst_ouser, dst_user).
/// @errors invalid_input: no such name; a word that is none; no `to` or `at`
/// @threads any
/// @source Asterisk, doc/README.cdr; FreeSWITCH, conf/vanilla/autoload_configs/cdr_csv.conf.xml;
/// Kamailio, etc/kamailio.cfg (WITH_ACCDB) and acc-create.sql
Result<CallMap> call_map(std::string_view text);

/// One call to a number. Valid until the handler returns.
struct CallRecord {
    std::size_t row = 0;
    std::string_view
        id;  ///< of the file, else made of the row's from, to and at: the same row has the same one
    std::string_view from;  ///< as the file has it
    numbering::CheckedNumber to;
    std::chrono::sys_seconds at;
};

struct CallOptions {
    CallMap map = {};
    std::string region = {};             ///< of numbers without a country code
    std::chrono::minutes utc_offset{0};  ///< of times without a zone: -5 h for Montréal in winter
    CsvLimits limits = {};
};

struct CallCounts {
    std::size_t rows = 0;
    std::size_t calls = 0;
    std::size_t left_out = 0;  ///< not what `only` wants
    std::size_t no_number =
        0;  ///< calls to something else than a telephone number: an extension, a service
    std::size_t bad = 0;  ///< with a finding
};

/// Reads call records as they come in. @threads one at a time
class CallReader {
public:
    using CallHandler = std::function<Result<void>(const CallRecord&)>;
    using FindingHandler = std::function<Result<void>(const ImportFinding&)>;

    CallReader(CallOptions options, CallHandler on_call, FindingHandler on_finding);
    ~CallReader();

    /// @errors invalid_input: no CSV; a column of the map that the file does not have; the
    /// handlers'
    Result<void> append(std::string_view bytes);
    Result<void> finish();
    const CallCounts& counts() const;

private:
    class Work;
    std::unique_ptr<Work> work_;
};

/// "2026-11-26 01:02:03", with T, a fraction, Z or +01:00 if there, or seconds since 1970. Nothing
/// if it is none.
/// @threads any
std::optional<std::chrono::sys_seconds> read_call_time(
    std::string_view text, std::chrono::minutes utc_offset
);

}  // namespace porteur::tables
