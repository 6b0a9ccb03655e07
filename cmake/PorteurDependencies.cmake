# SPDX-License-Identifier: Apache-2.0
# Every library is named here once (docs/dependencies.md says why each). Headers that cost seconds to
# compile (Beast, Poco, SOCI, toml++) are reached only by the targets that link them.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81 EXACT REQUIRED COMPONENTS json url filesystem)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)

pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)

include(CheckCXXSourceCompiles)

function(porteur_system_library target)
    cmake_parse_arguments(library "" "" "NAMES;INCLUDES" ${ARGN})
    add_library(${target} INTERFACE IMPORTED GLOBAL)
    foreach(name IN LISTS library_NAMES)
        find_library(found_${name} NAMES ${name} REQUIRED)
        target_link_libraries(${target} INTERFACE "${found_${name}}")
    endforeach()
    foreach(folder IN LISTS library_INCLUDES)
        target_include_directories(${target} SYSTEM INTERFACE "${folder}")
    endforeach()
endfunction()

porteur_system_library(porteur_soci NAMES soci_core soci_sqlite3 soci_postgresql sqlite3 pq
    INCLUDES /usr/include/soci /usr/include/postgresql)
porteur_system_library(porteur_poco_net NAMES PocoNetSSL PocoNet PocoCrypto PocoFoundation)
porteur_system_library(porteur_prometheus NAMES prometheus-cpp-core)
