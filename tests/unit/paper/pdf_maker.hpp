// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace porteur::paper::testing {

/// A PDF of these objects (1, 2, ...), each without "obj" and "endobj", with a right table of them.
/// Object 1 is the catalog.
std::string pdf_of(const std::vector<std::string>& objects, std::string_view trailer = {});

/// One page, with these entries in its catalog and these objects from 4 on.
std::string one_page(std::string_view catalog = {}, const std::vector<std::string>& more = {});

std::string pages(int count);

/// A stream that is packed once, or several times over.
std::string stream_object(const std::string& bytes, int times_packed = 1);
/// As stream_object: so many MiB of nothing.
std::string bomb_object(int mebibytes);
std::string deflated(const std::string& bytes);

/// The same PDF with its objects in packed object streams, where a search for a word finds nothing.
std::string in_object_streams(const std::string& pdf);
/// The same, encrypted (AES, 256 bits).
std::string encrypted(const std::string& pdf, const std::string& user, const std::string& owner);

/// A picture of one black and one white dot.
std::string small_png();

}  // namespace porteur::paper::testing
