# SPDX-License-Identifier: Apache-2.0
# What a plugin links: porteur::sdk (headers), porteur::sdk_json (Boost.JSON), porteur::testkit (where GoogleTest
# is). One file for Porteur's own tree and for the installed package, which say where things stand:
#   PORTEUR_SDK_INCLUDE          the folder with <porteur/sdk.hpp>
#   PORTEUR_SDK_TESTKIT_INCLUDE  the folder with <porteur/testkit.hpp>; may be the same
#   PORTEUR_SDK_JSON             the source that compiles Boost.JSON
#
# Boost.JSON comes as a source, compiled once in each tree of plugins, and not as a library: a library of ours
# would have been built by one compiler with one set of flags, while a plugin may be built by another, without
# optimisation, under a sanitizer (whose marks in std::vector and std::string must be the same everywhere in a
# program) or with checks of its standard library. Hidden by the version script, it never meets the host's.

set(porteur_system SYSTEM)
if(TARGET porteur::defaults)
    set(porteur_system "")  # in Porteur's own tree its headers are held to its warnings
endif()
if(NOT TARGET porteur_sdk)
    add_library(porteur_sdk INTERFACE)
    add_library(porteur::sdk ALIAS porteur_sdk)
    target_include_directories(porteur_sdk ${porteur_system} INTERFACE "${PORTEUR_SDK_INCLUDE}")
    target_link_libraries(porteur_sdk INTERFACE Boost::headers)
endif()

get_property(porteur_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(CXX IN_LIST porteur_languages AND NOT TARGET porteur_sdk_json)
    # porteur_plugin_json is the same for release builds of plugins, which are optimised with it as one (PorteurPlugin.cmake).
    foreach(porteur_json porteur_sdk_json porteur_plugin_json)
        add_library(${porteur_json} STATIC EXCLUDE_FROM_ALL "${PORTEUR_SDK_JSON}")
        target_link_libraries(${porteur_json} PUBLIC Boost::headers)
        target_compile_features(${porteur_json} PUBLIC cxx_std_23)
        # Boost.JSON's macros choose static linkage of its own sources over the system's shared library.
        target_compile_definitions(${porteur_json} PUBLIC BOOST_JSON_STATIC_LINK=1)
        set_target_properties(${porteur_json} PROPERTIES
            CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON)
        if(TARGET porteur::defaults)
            target_link_libraries(${porteur_json} PRIVATE porteur::defaults)
        endif()
    endforeach()
    add_library(porteur::sdk_json ALIAS porteur_sdk_json)

    if(TARGET GTest::gmock)
        add_library(porteur_testkit INTERFACE)
        add_library(porteur::testkit ALIAS porteur_testkit)
        target_include_directories(porteur_testkit ${porteur_system} INTERFACE "${PORTEUR_SDK_TESTKIT_INCLUDE}")
        target_link_libraries(porteur_testkit INTERFACE porteur::sdk porteur::sdk_json GTest::gmock ${CMAKE_DL_LIBS})
    endif()
endif()
