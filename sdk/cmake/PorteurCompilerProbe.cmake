# SPDX-License-Identifier: Apache-2.0
# g++ 12 destroys a braced struct built inside a co_await statement twice, and that is how everybody
# writes a plugin. The probe runs such a statement and counts destructions; Porteur itself and every plugin in
# C++ go through it.
if(NOT DEFINED PORTEUR_COROUTINES_SOUND)
    set(probe_source "${CMAKE_BINARY_DIR}/coroutine_probe.cpp")
    file(COPY_FILE "${CMAKE_CURRENT_LIST_DIR}/coroutine_probe.cpp" "${probe_source}")
    try_run(probe_exit probe_compiled
        SOURCES "${probe_source}"
        CXX_STANDARD 23 CXX_STANDARD_REQUIRED ON CXX_EXTENSIONS OFF
        COMPILE_OUTPUT_VARIABLE probe_output)
    if(probe_compiled AND probe_exit EQUAL 0)
        set(PORTEUR_COROUTINES_SOUND TRUE CACHE INTERNAL "co_await destroys temporaries once")
    elseif(NOT probe_compiled)
        message(FATAL_ERROR "The compiler ${CMAKE_CXX_COMPILER} does not build a C++23 coroutine with "
            "std::expected; configure with -DCMAKE_CXX_COMPILER=clang++-19.\n${probe_output}")
    else()
        message(FATAL_ERROR "The compiler ${CMAKE_CXX_COMPILER} destroys temporaries of co_await statements "
            "twice (a known defect of g++ 12); configure with -DCMAKE_CXX_COMPILER=clang++-19.")
    endif()
endif()
