# SPDX-License-Identifier: Apache-2.0
# porteur_add_simulator(NAME SOURCES file... [TESTS file... [PLUGIN NAME]])
# makes the program build/simulators/sim-NAME of a file that defines porteur_simulator() (porteur/simulator.hpp). TESTS
# makes the program NAME_simulator_test of it, the testkit and the sources of a plugin that porteur_add_plugin() made
# before, with the label "simulators". BUILD_TESTING=OFF leaves it out.
#
# porteur::simulator is the kit behind it. It comes as sources, compiled once in each tree, for the reason that
# Boost.JSON does (PorteurSdkTargets.cmake): a library of ours would have been built by another compiler with other
# flags than the plugin that stands beside it in a test. Whoever includes this says where things stand:
#   PORTEUR_SIMULATOR_INCLUDE   the folder with <porteur/simulator.hpp>
#   PORTEUR_SIMULATOR_KIT       the folder with the kit's sources; its parent is in the path of Porteur's own simulators

function(porteur_simulator_library)
    if(TARGET porteur_simulator)
        return()
    endif()
    set(kit "${PORTEUR_SIMULATOR_KIT}")
    add_library(porteur_simulator STATIC EXCLUDE_FROM_ALL
        "${kit}/client.cpp"
        "${kit}/clock.cpp"
        "${kit}/described_carrier.cpp"
        "${kit}/encoding.cpp"
        "${kit}/faults.cpp"
        "${kit}/fields.cpp"
        "${kit}/ledger.cpp"
        "${kit}/message.cpp"
        "${kit}/options.cpp"
        "${kit}/order_book.cpp"
        "${kit}/program.cpp"
        "${kit}/router.cpp"
        "${kit}/running.cpp"
        "${kit}/server.cpp"
        "${kit}/simulation.cpp"
        "${kit}/simulator.cpp"
        "${kit}/tokens.cpp")
    add_library(porteur::simulator ALIAS porteur_simulator)
    target_include_directories(porteur_simulator ${porteur_system} PUBLIC "${PORTEUR_SIMULATOR_INCLUDE}")
    target_link_libraries(porteur_simulator PUBLIC porteur::sdk_json PRIVATE Threads::Threads)
    # Asio and Beast are compiled in one source, server.cpp; no header of the kit names them.
    target_compile_definitions(porteur_simulator
        PUBLIC BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION)
    if(TARGET OpenSSL::SSL)
        target_compile_definitions(porteur_simulator PRIVATE PORTEUR_SIMULATOR_TLS=1)
        target_link_libraries(porteur_simulator PRIVATE OpenSSL::SSL)
    endif()
    set_target_properties(porteur_simulator PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
    if(TARGET porteur::defaults)
        target_link_libraries(porteur_simulator PRIVATE porteur::defaults)
    else()
        # The author's warnings are for the author's sources.
        target_compile_options(porteur_simulator PRIVATE -w)
    endif()
endfunction()

function(porteur_add_simulator name)
    cmake_parse_arguments(simulator "" "PLUGIN" "SOURCES;TESTS" ${ARGN})
    if(NOT TARGET porteur::sdk_json)
        message(FATAL_ERROR "porteur_add_simulator(${name}): a simulator needs C++ before find_package(PorteurSdk); "
            "write project(... LANGUAGES C CXX)")
    endif()
    if(NOT simulator_SOURCES)
        message(FATAL_ERROR "porteur_add_simulator(${name}): name the file that defines porteur_simulator(), as in "
            "SOURCES simulator/${name}.cpp")
    endif()
    porteur_simulator_library()
    set(objects porteur_simulator_${name}_objects)
    add_library(${objects} OBJECT ${simulator_SOURCES})
    set_target_properties(${objects} PROPERTIES CXX_EXTENSIONS OFF)
    set(program sim-${name})
    add_executable(${program} $<TARGET_OBJECTS:${objects}> "${PORTEUR_SIMULATOR_KIT}/main.cpp")
    set_target_properties(${program} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/simulators" CXX_EXTENSIONS OFF)
    set(libraries porteur::simulator)
    if(TARGET porteur::defaults)
        list(APPEND libraries porteur::defaults)
    endif()
    target_link_libraries(${objects} PRIVATE ${libraries})
    target_link_libraries(${program} PRIVATE ${libraries})
    if(simulator_TESTS AND (BUILD_TESTING OR NOT DEFINED BUILD_TESTING))
        porteur_add_simulator_tests(${name} ${objects} "${simulator_PLUGIN}" ${simulator_TESTS})
    endif()
endfunction()

function(porteur_add_simulator_tests name objects plugin)
    if(NOT TARGET porteur::testkit)
        message(FATAL_ERROR "porteur_add_simulator(${name}): its TESTS need GoogleTest with GoogleMock and C++; install "
            "them (libgtest-dev, libgmock-dev), or configure with -DBUILD_TESTING=OFF")
    endif()
    set(test ${name}_simulator_test)
    add_executable(${test} ${ARGN} $<TARGET_OBJECTS:${objects}>)
    if(plugin)
        if(NOT TARGET porteur_plugin_${plugin}_objects)
            message(FATAL_ERROR "porteur_add_simulator(${name} ... PLUGIN ${plugin}): call "
                "porteur_add_plugin(${plugin} ...) before it")
        endif()
        target_sources(${test} PRIVATE $<TARGET_OBJECTS:porteur_plugin_${plugin}_objects>)
    endif()
    target_link_libraries(${test} PRIVATE
        porteur::simulator porteur::testkit GTest::gmock GTest::gtest GTest::gtest_main)
    if(TARGET porteur::defaults)
        target_link_libraries(${test} PRIVATE porteur::defaults)
    endif()
    target_compile_definitions(${test} PRIVATE PORTEUR_SIMULATOR_PROGRAM="$<TARGET_FILE:sim-${name}>")
    add_dependencies(${test} sim-${name})
    set_target_properties(${test} PROPERTIES
        RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests" CXX_EXTENSIONS OFF)
    add_test(NAME ${test} COMMAND ${test} --gtest_brief=1)
    set_tests_properties(${test} PROPERTIES LABELS simulators TIMEOUT 60)
    if(COMMAND porteur_label_targets)
        porteur_label_targets(LABELS simulators TARGETS ${test})
    endif()
    if(PORTEUR_TEST_REPORTS)
        set_tests_properties(${test} PROPERTIES
            ENVIRONMENT_MODIFICATION "GTEST_OUTPUT=set:xml:${PORTEUR_TEST_REPORTS}/${test}.xml")
    endif()
endfunction()
