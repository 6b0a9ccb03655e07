# SPDX-License-Identifier: Apache-2.0
# Writes the C++ file TO with the bytes of every file below FROM, for templates.hpp.
file(GLOB_RECURSE names RELATIVE "${FROM}" "${FROM}/*")
list(SORT names)
set(arrays "")
set(entries "")
set(count 0)
foreach(name IN LISTS names)
    file(READ "${FROM}/${name}" bytes HEX)
    string(REGEX REPLACE "(..)" "'\\\\x\\1'," bytes "${bytes}")
    string(APPEND arrays "constexpr char bytes_${count}[] = {${bytes} '\\0'};\n")
    string(APPEND entries "    {\"${name}\", {bytes_${count}, sizeof bytes_${count} - 1}},\n")
    math(EXPR count "${count} + 1")
endforeach()
file(WRITE "${TO}"
"// Made from sdk/template; do not edit.
#include \"templates.hpp\"
namespace {
${arrays}}
const std::map<std::string, std::string_view>& porteur::plugin_tool::template_files() {
    static const std::map<std::string, std::string_view> files{
${entries}    };
    return files;
}
")
