// SPDX-License-Identifier: Apache-2.0
#include "acme.hpp"

int main(int argc, char** argv) {
    return porteur::sim::run_program(porteur::sim::acme_program(), argc, argv);
}
