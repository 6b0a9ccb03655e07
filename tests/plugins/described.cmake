# SPDX-License-Identifier: Apache-2.0
# The pages of docs/plugins that are made from what the plugins say of themselves: every carrier's, and the example's.
set(described "${CMAKE_BINARY_DIR}/plugins/porteur-acme.so")
set(described_targets porteur_plugin_acme)
file(GLOB carriers RELATIVE "${PROJECT_SOURCE_DIR}/plugins" CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/plugins/*/CMakeLists.txt")
foreach(carrier IN LISTS carriers)
    get_filename_component(folder "${carrier}" DIRECTORY)
    list(APPEND described "${CMAKE_BINARY_DIR}/plugins/porteur-${folder}.so")
    list(APPEND described_targets porteur_plugin_${folder})
endforeach()

porteur_add_script_test(plugin_pages_fresh_test LABELS contract plugins
    COMMAND porteur-plugin docs --check --to "${PROJECT_SOURCE_DIR}/docs/plugins" ${described}
    NEEDS porteur-plugin ${described_targets})

# Makes them anew: cmake --build --preset dev --target plugin-pages
add_custom_target(plugin-pages
    COMMAND porteur-plugin docs --to "${PROJECT_SOURCE_DIR}/docs/plugins" ${described}
    DEPENDS porteur-plugin ${described_targets}
    VERBATIM)
