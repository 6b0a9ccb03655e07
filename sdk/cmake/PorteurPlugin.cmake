# SPDX-License-Identifier: Apache-2.0
# porteur_add_plugin(NAME [SOURCES ...] [DESCRIPTOR descriptor.toml] [LANGUAGE C])
# makes the library porteur-NAME.so: one exported symbol, hidden Boost.JSON, no unresolved names, and the
# descriptor embedded in an ELF section that a host reads without loading.
set(PORTEUR_SDK_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")

function(porteur_add_plugin name)
    cmake_parse_arguments(plugin "" "DESCRIPTOR;LANGUAGE" "SOURCES" ${ARGN})
    if(NOT plugin_DESCRIPTOR)
        set(plugin_DESCRIPTOR "${CMAKE_CURRENT_SOURCE_DIR}/descriptor.toml")
    endif()
    get_filename_component(plugin_DESCRIPTOR "${plugin_DESCRIPTOR}" ABSOLUTE)
    set(target porteur_plugin_${name})
    set(embedded "${CMAKE_CURRENT_BINARY_DIR}/${name}_descriptor.c")
    add_custom_command(
        OUTPUT "${embedded}"
        COMMAND "${CMAKE_COMMAND}" "-DFROM=${plugin_DESCRIPTOR}" "-DTO=${embedded}"
                -P "${PORTEUR_SDK_CMAKE_DIR}/EmbedDescriptor.cmake"
        DEPENDS "${plugin_DESCRIPTOR}" "${PORTEUR_SDK_CMAKE_DIR}/EmbedDescriptor.cmake"
        COMMENT "Embedding the descriptor of ${name}"
        VERBATIM)
    add_library(${target} MODULE ${plugin_SOURCES} "${embedded}")
    target_link_libraries(${target} PRIVATE porteur::sdk)
    if(TARGET porteur::defaults)
        target_link_libraries(${target} PRIVATE porteur::defaults)
    endif()
    if(NOT plugin_LANGUAGE STREQUAL "C")
        target_link_libraries(${target} PRIVATE porteur::sdk_json)
    endif()
    set_target_properties(${target} PROPERTIES
        PREFIX "porteur-" OUTPUT_NAME "${name}"
        LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/plugins"
        CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
    # `local: *;` needs its blank: lld reads `local:*;` as a name and exports everything.
    target_link_options(${target} PRIVATE "-Wl,--version-script=${PORTEUR_SDK_CMAKE_DIR}/plugin.version")
    if(NOT PORTEUR_SANITIZE)
        # A sanitizer's runtime is found in the host program, so its names stay open until then.
        target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${PORTEUR_SDK_CMAKE_DIR}/plugin.version")
endfunction()
