# SPDX-License-Identifier: Apache-2.0
# Writes a C++ file whose catalog_fr() gives the bytes of the compiled catalog FROM.
file(READ "${FROM}" bytes HEX)
string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
file(WRITE "${TO}"
"// Made from config/locale/fr.po; do not edit.
#include \"tongue/catalogs.hpp\"
namespace {
constexpr char bytes[] = {${bytes} '\\0'};
}
std::string_view porteur::catalog_fr() noexcept { return {bytes, sizeof bytes - 1}; }
")
