// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "openapi.hpp"

namespace porteur::plugin_tool {

/// src/wire.hpp: a struct for each shape, described, which says what is required. @threads any
std::string wire_header(const OpenApi& api);

/// src/client.hpp: for each operation what it is asked with, its request, and the reading of its answer. @threads any
std::string client_header(const OpenApi& api);

/// tests/wire_test.cpp: each struct reads a sample and names what is missing or of another type; each request is what the
/// document describes. @threads any
std::string wire_test(const OpenApi& api);

}  // namespace porteur::plugin_tool
