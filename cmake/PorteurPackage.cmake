# SPDX-License-Identifier: Apache-2.0
# What is installed beside the files of the SDK (sdk/cmake/PorteurSdkInstall.cmake), and the package of it:
#   cmake --install build/release --component sdk --prefix FOLDER
#   cd build/release && cpack -G DEB          makes porteur-sdk_VERSION_ARCH.deb
# Neither builds anything: they take what is there, and say what is not.
set(CMAKE_SKIP_INSTALL_ALL_DEPENDENCY ON)
install(TARGETS porteur RUNTIME DESTINATION bin COMPONENT sdk)
# `porteur plugin` finds them from its own folder.
install(TARGETS porteur-plugin porteur-plugin-host RUNTIME DESTINATION libexec/porteur COMPONENT sdk)

# Debian wants a changelog in its own form, packed; gzip -n leaves the time out, so that the bytes stay the same.
set(porteur_debian_changelog "${CMAKE_BINARY_DIR}/changelog.gz")
file(WRITE "${CMAKE_BINARY_DIR}/changelog"
"porteur-sdk (${PROJECT_VERSION}) unstable; urgency=medium

  * See the CHANGELOG.md of Porteur ${PROJECT_VERSION}.

 -- The Porteur authors <porteur@porteur.example>  Thu, 26 Nov 2026 00:00:00 +0000
")
execute_process(COMMAND gzip -9nc "${CMAKE_BINARY_DIR}/changelog"
    OUTPUT_FILE "${porteur_debian_changelog}" RESULT_VARIABLE porteur_no_gzip)
if(NOT porteur_no_gzip)
    install(FILES "${porteur_debian_changelog}" DESTINATION share/doc/porteur-sdk COMPONENT sdk)
endif()

set(CPACK_PACKAGE_NAME porteur)
set(CPACK_PACKAGE_VENDOR "The Porteur authors")
set(CPACK_PACKAGE_CONTACT "The Porteur authors <porteur@porteur.example>")
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_GENERATOR DEB)
set(CPACK_COMPONENTS_ALL sdk)
set(CPACK_COMPONENTS_GROUPING IGNORE)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_SDK_PACKAGE_NAME porteur-sdk)
set(CPACK_DEBIAN_SDK_PACKAGE_SECTION devel)
set(CPACK_DEBIAN_SDK_PACKAGE_SHLIBDEPS ON)
# The headers need Boost.JSON, Describe and Mp11, a simulator Asio and Beast; the testkit GoogleTest with GoogleMock; porteur_add_plugin() CMake.
set(CPACK_DEBIAN_SDK_PACKAGE_DEPENDS
    "porteur (= ${PROJECT_VERSION}), libboost1.81-dev | libboost-dev (>= 1.81), libgtest-dev, libgmock-dev, cmake (>= 3.25)")
# g++ 12 of Debian 12 builds no plugin in C++ (docs/decisions/0001-clang-not-gcc.md).
set(CPACK_DEBIAN_SDK_PACKAGE_RECOMMENDS "clang-19 | g++ (>= 4:14), ninja-build")
# A simulator speaks TLS where OpenSSL's headers are.
set(CPACK_DEBIAN_SDK_PACKAGE_SUGGESTS libssl-dev)
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "SDK for carrier plugins of Porteur")
set(CPACK_COMPONENT_SDK_DESCRIPTION "Headers, a CMake package (find_package(PorteurSdk), porteur_add_plugin()), a test
kit that scripts a plugin without a network, a kit for simulators of carriers, examples, and the command porteur
with 'porteur plugin new', which writes a plugin to begin with.")
include(PorteurDaemonPackages)
include(CPack)
