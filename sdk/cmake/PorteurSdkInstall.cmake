# SPDX-License-Identifier: Apache-2.0
# The component "sdk": cmake --install BUILD --component sdk --prefix FOLDER, and the package porteur-sdk.
include(CMakePackageConfigHelpers)

set(PORTEUR_SDK_INCLUDE_DIR include)
set(PORTEUR_SDK_CMAKE_DIR lib/cmake/PorteurSdk)
set(PORTEUR_SDK_SOURCE_DIR share/porteur/src)
set(PORTEUR_SDK_EXAMPLE_DIR share/porteur/examples)
set(PORTEUR_SDK_DOC_DIR share/doc/porteur-sdk)

configure_package_config_file(
    "${CMAKE_CURRENT_LIST_DIR}/PorteurSdkConfig.cmake.in" "${CMAKE_CURRENT_BINARY_DIR}/PorteurSdkConfig.cmake"
    INSTALL_DESTINATION "${PORTEUR_SDK_CMAKE_DIR}"
    PATH_VARS PORTEUR_SDK_INCLUDE_DIR PORTEUR_SDK_SOURCE_DIR
    NO_CHECK_REQUIRED_COMPONENTS_MACRO)
# The interface is at major 0: any minor may break a plugin's source, so only a patch is compatible.
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/PorteurSdkConfigVersion.cmake"
    COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT)

function(porteur_install_sdk)
    install(${ARGN} COMPONENT sdk)
endfunction()

foreach(folder IN ITEMS "${PORTEUR_SDK_INCLUDE}" "${PORTEUR_SDK_TESTKIT_INCLUDE}" "${PORTEUR_SIMULATOR_INCLUDE}")
    porteur_install_sdk(DIRECTORY "${folder}/porteur" DESTINATION "${PORTEUR_SDK_INCLUDE_DIR}")
endforeach()
porteur_install_sdk(FILES "${PORTEUR_SDK_JSON}" DESTINATION "${PORTEUR_SDK_SOURCE_DIR}")
porteur_install_sdk(DIRECTORY "${PORTEUR_SIMULATOR_KIT}" DESTINATION "${PORTEUR_SDK_SOURCE_DIR}/simulator")
porteur_install_sdk(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/PorteurSdkConfig.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/PorteurSdkConfigVersion.cmake"
    cmake/PorteurSdkTargets.cmake cmake/PorteurPlugin.cmake simulator/PorteurSimulator.cmake cmake/EmbedDescriptor.cmake cmake/plugin.version
    cmake/PorteurCompilerProbe.cmake cmake/coroutine_probe.cpp
    DESTINATION "${PORTEUR_SDK_CMAKE_DIR}")
porteur_install_sdk(DIRECTORY examples/acme examples/plain_c DESTINATION "${PORTEUR_SDK_EXAMPLE_DIR}")
porteur_install_sdk(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/plugins" DESTINATION "${PORTEUR_SDK_DOC_DIR}")
porteur_install_sdk(FILES "${PROJECT_SOURCE_DIR}/docs/effects.md" DESTINATION "${PORTEUR_SDK_DOC_DIR}")
porteur_install_sdk(FILES cmake/debian_copyright DESTINATION "${PORTEUR_SDK_DOC_DIR}" RENAME copyright)
