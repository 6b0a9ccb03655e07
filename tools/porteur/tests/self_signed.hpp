// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace porteur::cli {

/// Writes a PEM file with a new key and a certificate for 127.0.0.1 signed by it.
void write_self_signed(const std::string& path);

}  // namespace porteur::cli
