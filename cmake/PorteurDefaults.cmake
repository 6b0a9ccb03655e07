# SPDX-License-Identifier: Apache-2.0
# porteur::defaults carries what every target of ours is compiled with; a target links it and adds nothing of its own.
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/lib")
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_C_EXTENSIONS OFF)

set(PORTEUR_SANITIZE "" CACHE STRING "Sanitizers for clang, comma-separated; empty for none")

add_library(porteur_defaults INTERFACE)
add_library(porteur::defaults ALIAS porteur_defaults)
target_compile_features(porteur_defaults INTERFACE cxx_std_23 c_std_11)
target_compile_options(porteur_defaults INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wnon-virtual-dtor -Werror
    -fno-omit-frame-pointer
    # Programs as well as libraries, so that one precompiled header does for both.
    -fPIC
    # Objects are the same wherever the tree stands, so that ccache serves every checkout.
    "-ffile-prefix-map=${CMAKE_SOURCE_DIR}=.")
target_link_options(porteur_defaults INTERFACE -fuse-ld=lld-19)

if(PORTEUR_SANITIZE)
    # Sanitizers only in our own targets would miss what crosses into the plugins: all targets get them.
    add_compile_options(-fsanitize=${PORTEUR_SANITIZE} -fno-sanitize-recover=all -g1)
    add_link_options(-fsanitize=${PORTEUR_SANITIZE})
    # A precompiled header has its tree's place, and the prefix map is none of this check's.
    if(PORTEUR_SANITIZE MATCHES "undefined")
        add_compile_options(-fsanitize-undefined-strip-path-components=-4)
    endif()
    string(REPLACE "," "_" porteur_sanitize_name "${PORTEUR_SANITIZE}")
    target_compile_definitions(porteur_defaults INTERFACE PORTEUR_SANITIZED=1)
else()
    target_compile_options(porteur_defaults INTERFACE
        $<$<CONFIG:Release>:-D_FORTIFY_SOURCE=3> -fstack-protector-strong
        -ftrivial-auto-var-init=zero)
    target_link_options(porteur_defaults INTERFACE -Wl,-z,relro,-z,now)
endif()
