# SPDX-License-Identifier: Apache-2.0
# A plugin of the repository keeps grade B: docs/plugins/grades.md. Its conversations are those of its contract tests.
function(porteur_keep_grade name)
    # No limit for one check below what a busy machine needs under the sanitizers.
    porteur_add_script_test(${name}_grade_test LABELS contract TIMEOUT 600
        COMMAND porteur-plugin grade "${CMAKE_BINARY_DIR}/plugins/porteur-${name}.so" --at-least B --limit 300 --tests-limit 300
        NEEDS porteur-plugin porteur_plugin_${name} ${name}_contract_test)
endfunction()

porteur_keep_grade(acme)
porteur_keep_grade(plain_c)
# Every carrier.
file(GLOB carriers RELATIVE "${PROJECT_SOURCE_DIR}/plugins" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/plugins/*/CMakeLists.txt")
foreach(carrier IN LISTS carriers)
    get_filename_component(folder "${carrier}" DIRECTORY)
    porteur_keep_grade(${folder})
endforeach()
