# SPDX-License-Identifier: Apache-2.0
# CPack runs this when the files of all packages are in their folders, and before it packs them.
file(REMOVE "${CPACK_TEMPORARY_DIRECTORY}/sdk/usr/bin/porteur")
file(GLOB left "${CPACK_TEMPORARY_DIRECTORY}/sdk/usr/bin/*")
if(NOT left)
    file(REMOVE_RECURSE "${CPACK_TEMPORARY_DIRECTORY}/sdk/usr/bin")
endif()
