// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

#include "domain/business_days.hpp"

namespace porteur {

/// Reads one rule as the data file writes it: "third monday of 02", "easter + 39; from 2019",
/// "12-25; observed next". config/data/holidays.toml explains the forms.
/// @errors   invalid_input: another form; the message quotes the piece that is not understood
/// @threads  any
Result<HolidayRule> parse_holiday(std::string_view name, std::string_view rule);

/// Reads a file of calendars.
/// @errors   invalid_input: every finding, one a line, "file:line:column: ..."
/// @threads  any; reads a file
Result<BusinessCalendars> load_calendars(const std::filesystem::path& file);

}  // namespace porteur
