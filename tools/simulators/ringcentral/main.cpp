// SPDX-License-Identifier: Apache-2.0
#include "ringcentral.hpp"

int main(int argc, char** argv) {
    return porteur::sim::run_program(porteur::sim::ringcentral_program(), argc, argv);
}
