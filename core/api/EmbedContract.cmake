# SPDX-License-Identifier: Apache-2.0
# Writes a C++ file whose openapi_json() gives the bytes of FROM.
file(READ "${FROM}" bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE "${TO}"
"// Made from openapi.json; do not edit.
#include \"api/contract.hpp\"
namespace {
constexpr char bytes[] = {${bytes} '\\0'};
}
std::string_view porteur::openapi_json() { return {bytes, sizeof bytes - 1}; }
")
