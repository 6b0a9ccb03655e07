# SPDX-License-Identifier: Apache-2.0
# Three fifths of a compilation went into reading the same headers again. They are read once for a build, into two
# precompiled headers: one for everything, one for what is tested with GoogleMock. What a source uses it includes all
# the same: the plugins of other people, and our own under the preset `fuzz`, are compiled without.
option(PORTEUR_PRECOMPILED "Read the common headers once for the whole build" ON)

set(porteur_common_headers
    <algorithm> <array> <atomic> <charconv> <chrono> <cstdint> <functional> <map> <memory> <mutex> <optional> <ranges> <set>
    <span> <sstream> <stdexcept> <string> <string_view> <thread> <unordered_map> <utility> <variant> <vector>
    <boost/json.hpp> <porteur/json.hpp> <porteur/model.hpp> <porteur/phrase.hpp> <porteur/result.hpp>)

# One library that does nothing but have the headers.
function(porteur_precompile name)
    set(source "${CMAKE_BINARY_DIR}/${name}.cpp")
    file(GENERATE OUTPUT "${source}" CONTENT "// Only so that there are precompiled headers.\n")
    add_library(${name} OBJECT "${source}")
    target_link_libraries(${name} PRIVATE porteur::defaults porteur::sdk ${ARGN})
    target_precompile_headers(${name} PRIVATE ${porteur_common_headers})
    # Never from the cache: it names the files of its own tree.
    set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "${CMAKE_SOURCE_DIR}/cmake/precompile")
endfunction()

# Called when all targets are there.
function(porteur_use_precompiled folder)
    get_property(targets DIRECTORY "${folder}" PROPERTY BUILDSYSTEM_TARGETS)
    foreach(target IN LISTS targets)
        get_target_property(type ${target} TYPE)
        get_target_property(libraries ${target} LINK_LIBRARIES)
        get_target_property(sources ${target} SOURCES)
        if(type STREQUAL "INTERFACE_LIBRARY" OR target MATCHES "^porteur_headers"
                OR NOT "porteur::defaults" IN_LIST libraries OR NOT "${sources}" MATCHES "\\.cpp(;|$)")
            continue()
        endif()
        if("GTest::gmock" IN_LIST libraries)
            target_precompile_headers(${target} REUSE_FROM porteur_headers_of_tests)
        else()
            target_precompile_headers(${target} REUSE_FROM porteur_headers)
        endif()
    endforeach()
    get_property(folders DIRECTORY "${folder}" PROPERTY SUBDIRECTORIES)
    foreach(each IN LISTS folders)
        porteur_use_precompiled("${each}")
    endforeach()
endfunction()

if(PORTEUR_PRECOMPILED)
    porteur_precompile(porteur_headers)
    list(APPEND porteur_common_headers <gmock/gmock.h> <gtest/gtest.h>)
    porteur_precompile(porteur_headers_of_tests GTest::gmock GTest::gtest)
    porteur_use_precompiled("${CMAKE_SOURCE_DIR}")
endif()
