# SPDX-License-Identifier: Apache-2.0
# Every library is named here once (docs/dependencies.md says why each). Headers that cost seconds to
# compile (Beast, Poco, SOCI, toml++) are reached only by the targets that link them.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL REQUIRED)
set(Boost_NO_WARN_NEW_VERSIONS ON)
find_package(Boost 1.81.0 EXACT CONFIG REQUIRED COMPONENTS headers json url filesystem locale)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(GTest REQUIRED)
find_package(ZLIB REQUIRED)
find_package(yaml-cpp REQUIRED)

pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)
pkg_check_modules(cjose REQUIRED IMPORTED_TARGET cjose)
pkg_check_modules(seccomp REQUIRED IMPORTED_TARGET libseccomp)
pkg_check_modules(systemd REQUIRED IMPORTED_TARGET libsystemd)

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
porteur_system_library(porteur_qpdf NAMES qpdf)
porteur_system_library(porteur_hpdf NAMES hpdf)

# Telephone numbers. The headers come from tools/setup, which unpacks them below the build folder
# (libphonenumber-dev itself would bring Boost 1.74); the library is the runtime package's.
set(PORTEUR_PHONENUMBER_ROOT "${PROJECT_SOURCE_DIR}/build/deps/phonenumber/usr" CACHE PATH
    "Where include/phonenumbers/phonenumberutil.h of libphonenumber stands")
find_library(found_phonenumber NAMES libphonenumber.so.8)
find_library(found_protobuf NAMES protobuf)
if(found_phonenumber AND found_protobuf
        AND EXISTS "${PORTEUR_PHONENUMBER_ROOT}/include/phonenumbers/phonenumberutil.h")
    add_library(porteur_phonenumber INTERFACE IMPORTED GLOBAL)
    target_include_directories(porteur_phonenumber SYSTEM INTERFACE "${PORTEUR_PHONENUMBER_ROOT}/include")
    # Its generated headers call protobuf's functions, so whoever includes them links both.
    target_link_libraries(porteur_phonenumber INTERFACE "${found_phonenumber}" "${found_protobuf}")
else()
    message(FATAL_ERROR "libphonenumber is not complete here; tools/setup makes it so")
endif()

# Debian's SOCI hides its type information, which UBSan's check of virtual calls would need.
target_compile_options(porteur_soci INTERFACE -fno-sanitize=vptr)
# So does Debian's qpdf, whose headers also want to hear that its old smart pointer is not used.
target_compile_definitions(porteur_qpdf INTERFACE POINTERHOLDER_TRANSITION=4)
target_compile_options(porteur_qpdf INTERFACE -fno-sanitize=vptr)

# What the daemon takes its memory from; core/app adds how soon it goes back. A sanitizer brings its own.
add_library(porteur_allocator INTERFACE)
add_library(porteur::allocator ALIAS porteur_allocator)
if(NOT PORTEUR_SANITIZE)
    # Debian's own CMake file names a static library that its package does not have.
    find_library(PORTEUR_MIMALLOC mimalloc REQUIRED)
    target_link_libraries(porteur_allocator INTERFACE "${PORTEUR_MIMALLOC}")
endif()
