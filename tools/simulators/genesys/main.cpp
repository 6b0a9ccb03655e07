// SPDX-License-Identifier: Apache-2.0
#include "genesys.hpp"

int main(int argc, char** argv) {
    return porteur::sim::run_program(porteur::sim::genesys_program(), argc, argv);
}
