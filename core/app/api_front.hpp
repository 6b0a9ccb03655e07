// SPDX-License-Identifier: Apache-2.0
#pragma once

// What the settings say of the API, as its server takes it: where it listens, its limits, the console, and its lines of the log.

#include <memory>
#include <optional>

#include "api/console_files.hpp"
#include "api/server.hpp"
#include "settings/settings.hpp"

namespace porteur {

/// The console that belongs to this porteurd; without files where none was built, and the log says so.
std::shared_ptr<ConsoleFiles> console_of(const ApiSection& from);

/// Certificate and key that the settings name.
std::optional<ListenTls> listen_tls(const ApiSection& from);

ListenSettings listen_settings(const ApiSection& from, const DocumentsSection& documents, std::shared_ptr<const ConsoleFiles> console);

}  // namespace porteur
