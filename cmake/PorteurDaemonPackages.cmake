# SPDX-License-Identifier: Apache-2.0
# The packages for whoever runs Porteur; PorteurPackage.cmake includes this and has what all packages share.
#   cmake --build build/release --target package-files     builds all that goes into them
#   cd build/release && cpack -G DEB                       makes them, and porteur-sdk
#   porteurd                  the daemon, its helpers and console; settings as conffiles; units of systemd
#   porteur                   the command line
#   porteur-plugin-NAME       one carrier each: the library, and its account as a conffile, switched off
set(porteur_package_files "${CMAKE_BINARY_DIR}/package-files")
set(porteur_debian "${CMAKE_CURRENT_LIST_DIR}/debian/porteurd")
find_program(PORTEUR_HELP2MAN help2man)

# Each package: name, section, one line, description, then what DEBs say. The component is the package's name.
function(porteur_package component)
    cmake_parse_arguments(package "" "SECTION;SUMMARY;DESCRIPTION" "CONFFILES;CONTROL" ${ARGN})
    string(TOUPPER "${component}" upper)
    file(MAKE_DIRECTORY "${porteur_package_files}/${component}")
    # Debian wants a changelog in its own form, packed; gzip -n leaves the time out, so that the bytes stay the same.
    file(WRITE "${porteur_package_files}/${component}/changelog"
"${component} (${PROJECT_VERSION}) unstable; urgency=medium

  * See the CHANGELOG.md of Porteur ${PROJECT_VERSION}.

 -- The Porteur authors <porteur@porteur.example>  Thu, 26 Nov 2026 00:00:00 +0000
")
    execute_process(COMMAND gzip -9nc "${porteur_package_files}/${component}/changelog"
        OUTPUT_FILE "${porteur_package_files}/${component}/changelog.gz" COMMAND_ERROR_IS_FATAL ANY)
    install(FILES "${porteur_package_files}/${component}/changelog.gz" DESTINATION "share/doc/${component}" COMPONENT ${component})
    install(FILES "${PROJECT_SOURCE_DIR}/sdk/cmake/debian_copyright" DESTINATION "share/doc/${component}" RENAME copyright
        COMPONENT ${component})
    set(control ${package_CONTROL})
    if(package_CONFFILES)
        list(JOIN package_CONFFILES "\n" lines)
        file(WRITE "${porteur_package_files}/${component}/conffiles" "${lines}\n")
        list(APPEND control "${porteur_package_files}/${component}/conffiles")
    endif()
    set(CPACK_DEBIAN_${upper}_PACKAGE_NAME ${component} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SECTION ${package_SECTION} PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_SHLIBDEPS ON PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_DESCRIPTION "${package_SUMMARY}\n${package_DESCRIPTION}" PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_EXTRA "${control}" PARENT_SCOPE)
    set(CPACK_DEBIAN_${upper}_PACKAGE_CONTROL_STRICT_PERMISSION TRUE PARENT_SCOPE)
    set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} ${component} PARENT_SCOPE)
endfunction()

# Made by running what was built: completions, and man pages from --help.
set(made)
foreach(shell IN ITEMS bash zsh fish)
    add_custom_command(OUTPUT "${porteur_package_files}/porteur.${shell}"
        COMMAND porteur completion ${shell} > "${porteur_package_files}/porteur.${shell}" DEPENDS porteur VERBATIM)
    list(APPEND made "${porteur_package_files}/porteur.${shell}")
endforeach()
function(porteur_man_page program section about)
    set(page "${porteur_package_files}/${program}.${section}")
    add_custom_command(OUTPUT "${page}.gz"
        COMMAND "${CMAKE_COMMAND}" -E env SOURCE_DATE_EPOCH=1795651200 LC_ALL=C.UTF-8
            "${PORTEUR_HELP2MAN}" --no-info --section=${section} "--name=${about}" "--output=${page}" "$<TARGET_FILE:${program}>"
        COMMAND gzip -9nf "${page}"
        DEPENDS ${program} VERBATIM)
    set(made ${made} "${page}.gz" PARENT_SCOPE)
    install(FILES "${page}.gz" DESTINATION share/man/man${section} COMPONENT ${program})
endfunction()
if(PORTEUR_HELP2MAN)
    porteur_man_page(porteur 1 "ports and buys telephone numbers, and shows how they stand")
    porteur_man_page(porteurd 8 "ports and buys telephone numbers through carrier plugins")
endif()
add_custom_target(package-files DEPENDS ${made})

# ---------------------------------------------------------------------------------------------------- porteurd
# Together in one folder, as porteurd looks for the others beside itself; none but porteurd is for people.
install(TARGETS porteurd porteur-plugin-host porteur-paper RUNTIME DESTINATION lib/porteur COMPONENT porteurd)
install(CODE "
    file(MAKE_DIRECTORY \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin\" \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/lib/porteur/plugins\")
    file(CREATE_LINK ../lib/porteur/porteurd \"\$ENV{DESTDIR}\${CMAKE_INSTALL_PREFIX}/bin/porteurd\" SYMBOLIC)"
    COMPONENT porteurd)
install(DIRECTORY "${CMAKE_BINARY_DIR}/share/porteur/console" DESTINATION share/porteur COMPONENT porteurd)
set(porteur_config "${PROJECT_SOURCE_DIR}/config")
install(FILES "${porteur_config}/porteur.toml" DESTINATION /etc/porteur COMPONENT porteurd)
install(FILES "${porteur_config}/carriers/acme.toml.example" DESTINATION share/doc/porteurd/examples COMPONENT porteurd)
install(FILES "${porteur_config}/systemd/porteurd.service.d-credentials.conf.example"
    DESTINATION share/doc/porteurd/examples RENAME credentials.conf COMPONENT porteurd)
install(FILES "${porteur_config}/data/holidays.toml" DESTINATION /etc/porteur/data COMPONENT porteurd)
install(FILES "${porteur_config}/systemd/porteurd.service" "${porteur_config}/systemd/porteurd.socket"
    DESTINATION /lib/systemd/system COMPONENT porteurd)
install(FILES "${porteur_config}/systemd/sysusers.conf" DESTINATION lib/sysusers.d RENAME porteur.conf COMPONENT porteurd)
install(FILES "${porteur_config}/systemd/tmpfiles.conf" DESTINATION lib/tmpfiles.d RENAME porteur.conf COMPONENT porteurd)
install(FILES "${porteur_config}/prometheus/porteur.rules.yml" DESTINATION share/porteur/prometheus COMPONENT porteurd)
install(FILES "${porteur_config}/grafana/porteur.json" DESTINATION share/porteur/grafana COMPONENT porteurd)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/docs/" DESTINATION share/doc/porteurd COMPONENT porteurd
    FILES_MATCHING PATTERN "*.md" PATTERN pictures EXCLUDE)
porteur_package(porteurd SECTION comm
    SUMMARY "moves telephone numbers between carriers, and buys new ones"
    DESCRIPTION "The daemon with its HTTP API and its console for browsers. Each kind of carrier
is a plugin, in a package of its own. Every step of an order is written down
before it is taken: nothing is submitted twice, and nothing is lost."
    CONFFILES /etc/porteur/porteur.toml /etc/porteur/data/holidays.toml
    CONTROL "${porteur_debian}/postinst" "${porteur_debian}/prerm" "${porteur_debian}/postrm"
            "${porteur_debian}/triggers")
# Fonts for letters of authorization; authorities for TLS; user and folders are made by systemd's own programs.
set(CPACK_DEBIAN_PORTEURD_PACKAGE_DEPENDS
    "fonts-dejavu-core, ca-certificates, systemd | systemd-standalone-sysusers, systemd | systemd-standalone-tmpfiles, init-system-helpers (>= 1.54~)")
set(CPACK_DEBIAN_PORTEURD_PACKAGE_RECOMMENDS "porteur (= ${PROJECT_VERSION}), sqlite3")
set(CPACK_DEBIAN_PORTEURD_PACKAGE_SUGGESTS "postgresql, prometheus")
add_dependencies(package-files porteurd porteur-plugin-host porteur-paper console)

# ----------------------------------------------------------------------------------------------------- porteur
install(TARGETS porteur RUNTIME DESTINATION bin COMPONENT porteur)
install(FILES "${porteur_package_files}/porteur.bash" DESTINATION share/bash-completion/completions RENAME porteur COMPONENT porteur)
install(FILES "${porteur_package_files}/porteur.zsh" DESTINATION share/zsh/vendor-completions RENAME _porteur COMPONENT porteur)
install(FILES "${porteur_package_files}/porteur.fish" DESTINATION share/fish/vendor_completions.d COMPONENT porteur)
porteur_package(porteur SECTION comm
    SUMMARY "command line of the telephone number porting daemon porteurd"
    DESCRIPTION "Ports and buys numbers, shows how orders stand and what waits for a person,
and keeps the inventory, all through the API of a porteurd here or elsewhere.")

# --------------------------------------------------------------------------------------------------- carriers
# Not a conffile: a name that ends in .example, as only *.toml are read.
function(porteur_plugin_package name title)
    cmake_parse_arguments(plugin "" "" "CARRIERS;DATA" ${ARGN})
    string(REPLACE _ - package "porteur-plugin-${name}")
    install(TARGETS porteur_plugin_${name} LIBRARY DESTINATION lib/porteur/plugins COMPONENT ${package})
    set(conffiles)
    foreach(kind IN ITEMS carriers data)
        string(TOUPPER ${kind} list)
        foreach(file IN LISTS plugin_${list})
            install(FILES "${porteur_config}/${kind}/${file}" DESTINATION /etc/porteur/${kind} COMPONENT ${package})
            list(APPEND conffiles "/etc/porteur/${kind}/${file}")
        endforeach()
    endforeach()
    porteur_package(${package} SECTION comm
        SUMMARY "${title} for the telephone number porting daemon porteurd"
        DESCRIPTION "A plugin with the rules of this carrier, and the settings of an account, which\nis switched off until you have given its secrets."
        CONFFILES ${conffiles})
    string(TOUPPER "${package}" upper)
    set(CPACK_DEBIAN_${upper}_PACKAGE_DEPENDS "porteurd (>= ${PROJECT_VERSION})" PARENT_SCOPE)
    foreach(word IN ITEMS NAME SECTION SHLIBDEPS CONTROL_EXTRA CONTROL_STRICT_PERMISSION)
        set(CPACK_DEBIAN_${upper}_PACKAGE_${word} "${CPACK_DEBIAN_${upper}_PACKAGE_${word}}" PARENT_SCOPE)
    endforeach()
    set(CPACK_DEBIAN_${upper}_DESCRIPTION "${CPACK_DEBIAN_${upper}_DESCRIPTION}" PARENT_SCOPE)
    set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} PARENT_SCOPE)
    add_dependencies(package-files porteur_plugin_${name})
endfunction()
porteur_plugin_package(thinktel "ThinkTel (Distributel)" CARRIERS thinktel.toml)
porteur_plugin_package(ringcentral "RingCentral" CARRIERS ringcentral.toml)
porteur_plugin_package(genesys_sms "SMS numbers of Genesys Cloud" CARRIERS genesys_sms.toml DATA genesys_countries.toml)
porteur_plugin_package(other "carriers without an API" CARRIERS openphone.toml.example DATA other_carriers.toml)

# --------------------------------------------------------------------------------------------------- porteur-sdk
# `cmake --install --component sdk` brings the command porteur; of the packages only one may, so the SDK's depends on that.
add_dependencies(package-files porteur porteur-plugin)
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_CURRENT_LIST_DIR}/PorteurPackageStage.cmake")
# CPack puts the one summary of the project before the description of every package, and so of those that have their own.
string(PREPEND CPACK_COMPONENT_SDK_DESCRIPTION "${CPACK_PACKAGE_DESCRIPTION_SUMMARY}\n")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${CMAKE_PROJECT_NAME} built using CMake")  # its own default, which it leaves out
