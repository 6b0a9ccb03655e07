# SPDX-License-Identifier: Apache-2.0
# porteur_add_plugin(NAME [SOURCES ...] [TESTS ...] [DESCRIPTOR descriptor.toml] [LANGUAGE C])
# makes the library porteur-NAME.so: one exported symbol, hidden Boost.JSON, no unresolved names, and the
# descriptor embedded in an ELF section that a host reads without loading. The sources are compiled once;
# TESTS makes the program NAME_contract_test of them and the testkit, with the label "contract", which
# finds its fixtures in tests/fixtures. BUILD_TESTING=OFF leaves it out. A words.toml beside the descriptor is
# embedded behind it: what the plugin's tests say of the carrier's words (porteur/testkit/words.hpp).
#
# In Porteur's own tree and, by find_package(PorteurSdk), in any other. Build type, sanitizers and warnings are those
# of whoever includes this (CMAKE_BUILD_TYPE, CMAKE_CXX_FLAGS): whatever they are, they go for Boost.JSON as well.

function(porteur_add_plugin name)
    cmake_parse_arguments(plugin "" "DESCRIPTOR;LANGUAGE" "SOURCES;TESTS" ${ARGN})
    if(NOT plugin_DESCRIPTOR)
        set(plugin_DESCRIPTOR "${CMAKE_CURRENT_SOURCE_DIR}/descriptor.toml")
    endif()
    get_filename_component(plugin_DESCRIPTOR "${plugin_DESCRIPTOR}" ABSOLUTE)
    porteur_require_languages(${name} "${plugin_LANGUAGE}")
    set(target porteur_plugin_${name})
    set(embedded "${CMAKE_CURRENT_BINARY_DIR}/${name}_descriptor.c")
    set(words "${CMAKE_CURRENT_SOURCE_DIR}/words.toml")
    # The tests write it; the build must notice when it comes into being.
    file(GLOB words_there CONFIGURE_DEPENDS "${words}")
    add_custom_command(
        OUTPUT "${embedded}"
        COMMAND "${CMAKE_COMMAND}" "-DFROM=${plugin_DESCRIPTOR}" "-DWORDS=${words}" "-DTO=${embedded}"
                -P "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedDescriptor.cmake"
        DEPENDS "${plugin_DESCRIPTOR}" ${words_there} "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/EmbedDescriptor.cmake"
        COMMENT "Embedding the descriptor of ${name}"
        VERBATIM)
    set(objects ${target}_objects)
    add_library(${objects} OBJECT ${plugin_SOURCES})
    add_library(${target} MODULE $<TARGET_OBJECTS:${objects}> "${embedded}")
    set(libraries porteur::sdk)
    if(TARGET porteur::defaults)
        list(APPEND libraries porteur::defaults)
    endif()
    target_link_libraries(${objects} PRIVATE ${libraries})
    target_link_libraries(${target} PRIVATE ${libraries})
    if(NOT plugin_LANGUAGE STREQUAL "C")
        target_link_libraries(${objects} PRIVATE porteur::sdk_json)
        target_link_libraries(${target} PRIVATE $<IF:$<CONFIG:Release>,porteur_plugin_json,porteur_sdk_json>)
        set_target_properties(${target} PROPERTIES LINKER_LANGUAGE CXX)
        set_target_properties(${objects} PROPERTIES CXX_EXTENSIONS OFF)
        porteur_optimise_as_one(${target} ${objects} "${embedded}")
    endif()
    set_target_properties(${objects} PROPERTIES
        CXX_VISIBILITY_PRESET hidden C_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
        POSITION_INDEPENDENT_CODE ON)
    set_target_properties(${target} PROPERTIES
        PREFIX "porteur-" OUTPUT_NAME "${name}"
        LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/plugins")
    # `local: *;` needs its blank: lld reads `local:*;` as a name and exports everything.
    target_link_options(${target} PRIVATE "-Wl,--version-script=${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version")
    # A sanitizer's runtime is found in the host program, so its names stay open until then.
    if(NOT PORTEUR_SANITIZE AND NOT "${CMAKE_C_FLAGS} ${CMAKE_CXX_FLAGS}" MATCHES "-fsanitize=")
        target_link_options(${target} PRIVATE -Wl,-z,defs)
    endif()
    set_target_properties(${target} PROPERTIES LINK_DEPENDS "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/plugin.version")
    if(plugin_TESTS AND (BUILD_TESTING OR NOT DEFINED BUILD_TESTING))
        porteur_add_plugin_tests(${name} ${objects} ${plugin_TESTS})
    endif()
endfunction()

# A release build optimises the plugin's sources and its Boost.JSON as one: the library is a third smaller, and twenty
# of them start in three quarters of the time. Where compiler and linker cannot, or whoever includes this has
# set CMAKE_INTERPROCEDURAL_OPTIMIZATION, it is built as they say.
function(porteur_optimise_as_one target objects embedded)
    if(DEFINED CMAKE_INTERPROCEDURAL_OPTIMIZATION OR NOT CMAKE_C_COMPILER_ID STREQUAL CMAKE_CXX_COMPILER_ID)
        return()
    endif()
    if(NOT DEFINED PORTEUR_OPTIMISES_AS_ONE)
        include(CheckIPOSupported)
        check_ipo_supported(RESULT works OUTPUT why_not LANGUAGES CXX)
        set(PORTEUR_OPTIMISES_AS_ONE "${works}" CACHE INTERNAL "Release builds of plugins are optimised as one")
    endif()
    if(PORTEUR_OPTIMISES_AS_ONE)
        set_target_properties(${target} ${objects} porteur_plugin_json PROPERTIES INTERPROCEDURAL_OPTIMIZATION_RELEASE ON)
        # Who reads the descriptor reads the file, and never calls for it.
        set_source_files_properties("${embedded}" PROPERTIES COMPILE_OPTIONS -fno-lto)
    endif()
endfunction()

# Says in one sentence what CMake would say in thirty lines.
function(porteur_require_languages name language)
    get_property(languages GLOBAL PROPERTY ENABLED_LANGUAGES)
    if(NOT C IN_LIST languages)
        message(FATAL_ERROR "porteur_add_plugin(${name}): the descriptor is embedded by a C file; "
            "write project(... LANGUAGES C CXX)")
    endif()
    if(NOT language STREQUAL "C")
        if(NOT TARGET porteur::sdk_json)
            message(FATAL_ERROR "porteur_add_plugin(${name}): a plugin in C++ needs C++ before "
                "find_package(PorteurSdk); write project(... LANGUAGES C CXX), or porteur_add_plugin(${name} LANGUAGE C ...)")
        endif()
        include("${CMAKE_CURRENT_FUNCTION_LIST_DIR}/PorteurCompilerProbe.cmake")
    endif()
endfunction()

function(porteur_add_plugin_tests name objects)
    if(NOT TARGET porteur::testkit)
        message(FATAL_ERROR "porteur_add_plugin(${name}): its TESTS need GoogleTest with GoogleMock and C++; install "
            "them (libgtest-dev, libgmock-dev), or configure with -DBUILD_TESTING=OFF")
    endif()
    set(test ${name}_contract_test)
    add_executable(${test} ${ARGN} $<TARGET_OBJECTS:${objects}>)
    target_link_libraries(${test} PRIVATE porteur::testkit GTest::gmock GTest::gtest GTest::gtest_main)
    if(TARGET porteur::defaults)
        target_link_libraries(${test} PRIVATE porteur::defaults)
    endif()
    target_compile_definitions(${test} PRIVATE
        PORTEUR_FIXTURES="${CMAKE_CURRENT_SOURCE_DIR}/tests/fixtures"
        PORTEUR_DESCRIPTOR="${CMAKE_CURRENT_SOURCE_DIR}/descriptor.toml"
        PORTEUR_WORDS="${CMAKE_CURRENT_SOURCE_DIR}/words.toml")
    # Sources of the plugin, for tests of its codes without a script.
    target_include_directories(${test} PRIVATE "${CMAKE_CURRENT_SOURCE_DIR}/src")
    set_target_properties(${test} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    add_test(NAME ${test} COMMAND ${test} --gtest_brief=1)
    set_tests_properties(${test} PROPERTIES LABELS contract TIMEOUT 60)
    # Built with the others of its label, where whoever includes this builds by labels.
    if(COMMAND porteur_label_targets)
        porteur_label_targets(LABELS contract TARGETS ${test})
    endif()
    # A folder for reports, where whoever includes this has named one: cases are counted from them.
    if(PORTEUR_TEST_REPORTS)
        set_tests_properties(${test} PROPERTIES
            ENVIRONMENT_MODIFICATION "GTEST_OUTPUT=set:xml:${PORTEUR_TEST_REPORTS}/${test}.xml")
    endif()
endfunction()
