# SPDX-License-Identifier: Apache-2.0
# Writes a C file whose section .porteur_descriptor holds the bytes of FROM, and of WORDS where there is such
# a file. Plain C without #embed, so that any compiler of a plugin's author will do.
file(READ "${FROM}" bytes HEX)
if(EXISTS "${WORDS}")
    file(READ "${WORDS}" words HEX)
    string(APPEND bytes "0a${words}")
endif()
string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
file(WRITE "${TO}"
"/* Made from the plugin's descriptor; do not edit. */
__attribute__((used, retain, section(\".porteur_descriptor\"))) static const unsigned char
    porteur_descriptor[] = {${bytes}};
")
