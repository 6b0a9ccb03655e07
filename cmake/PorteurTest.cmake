# SPDX-License-Identifier: Apache-2.0
# Tests and benchmarks are made here and nowhere else, so that `tools/test LABEL...` and `tools/bench NAME`
# find, build and count them.
#
# porteur_add_test(NAME LABELS label... SOURCES file... LIBRARIES target...
#                  [NEEDS target...] [TIMEOUT seconds] [SERIAL])
#   makes one GoogleTest program under build/PRESET/tests and one CTest entry of the same name.
#   LABELS   what `tools/test` runs it by; LABEL with one word is the same. Default: unit
#   NEEDS    what the program runs or loads (porteurd, a plugin, a simulator); built with it
#   TIMEOUT  seconds for the whole program; default 60
#   SERIAL   runs while no other test does
#
# porteur_add_script_test(NAME LABELS label... COMMAND word... [NEEDS target...] [TIMEOUT seconds] [SERIAL])
#   makes a CTest entry of any command. Exit status 77 means left out; its last line says why.
#
# porteur_add_bench(NAME ABOUT "one sentence" SOURCES file... LIBRARIES target... [NEEDS target...])
#   makes the program build/PRESET/bench/bench_NAME.

# One custom target for each label builds what its tests need.
function(porteur_label_targets)
    cmake_parse_arguments(label "" "" "LABELS;TARGETS" ${ARGN})
    foreach(label IN LISTS label_LABELS)
        if(NOT TARGET tests-${label})
            add_custom_target(tests-${label})
        endif()
        if(label_TARGETS)
            add_dependencies(tests-${label} ${label_TARGETS})
        endif()
    endforeach()
endfunction()

# What both kinds of test have in common.
set(PORTEUR_TEST_REPORTS "${CMAKE_BINARY_DIR}/test-results")

macro(porteur_describe_test name)
    if(NOT test_LABELS)
        set(test_LABELS unit)
    endif()
    if(NOT test_TIMEOUT)
        set(test_TIMEOUT 60)
    endif()
    # tools/test counts the cases in this file. One file for each entry, not for each program.
    set(report "GTEST_OUTPUT=set:xml:${PORTEUR_TEST_REPORTS}/${name}.xml")
    set_tests_properties(${name} PROPERTIES
        LABELS "${test_LABELS}" TIMEOUT ${test_TIMEOUT} ENVIRONMENT_MODIFICATION "${report}")
    # In a build that has never run, the longest begin first, so that none is left running alone at the end; CTest takes
    # what it has measured itself for all that say nothing here.
    if(test_TIMEOUT GREATER 60)
        set_tests_properties(${name} PROPERTIES COST ${test_TIMEOUT})
    endif()
    if(test_SERIAL)
        set_tests_properties(${name} PROPERTIES RUN_SERIAL ON)
    endif()
endmacro()

function(porteur_add_test name)
    cmake_parse_arguments(test "SERIAL" "TIMEOUT" "LABEL;LABELS;SOURCES;LIBRARIES;NEEDS" ${ARGN})
    list(APPEND test_LABELS ${test_LABEL})
    add_executable(${name} ${test_SOURCES})
    target_link_libraries(${name} PRIVATE
        porteur::defaults GTest::gmock GTest::gtest GTest::gtest_main ${test_LIBRARIES})
    set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/tests")
    if(test_NEEDS)
        add_dependencies(${name} ${test_NEEDS})
    endif()
    # One CTest entry a program: starting a sanitized program once per case would cost more than the cases.
    add_test(NAME ${name} COMMAND ${name} --gtest_brief=1)
    porteur_describe_test(${name})
    porteur_label_targets(LABELS ${test_LABELS} TARGETS ${name})
endfunction()

function(porteur_add_script_test name)
    cmake_parse_arguments(test "SERIAL" "TIMEOUT" "LABEL;LABELS;COMMAND;NEEDS" ${ARGN})
    list(APPEND test_LABELS ${test_LABEL})
    add_test(NAME ${name} COMMAND ${test_COMMAND})
    porteur_describe_test(${name})
    set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77)
    porteur_label_targets(LABELS ${test_LABELS} TARGETS ${test_NEEDS})
endfunction()

function(porteur_add_bench name)
    cmake_parse_arguments(bench "" "ABOUT" "SOURCES;LIBRARIES;NEEDS" ${ARGN})
    add_executable(bench_${name} ${bench_SOURCES})
    target_link_libraries(bench_${name} PRIVATE porteur::defaults ${bench_LIBRARIES})
    set_target_properties(bench_${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bench")
    if(bench_NEEDS)
        add_dependencies(bench_${name} ${bench_NEEDS})
    endif()
    file(WRITE "${CMAKE_BINARY_DIR}/bench/bench_${name}.about" "${bench_ABOUT}\n")
endfunction()
