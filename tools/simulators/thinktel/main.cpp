// SPDX-License-Identifier: Apache-2.0
#include "thinktel.hpp"

int main(int argc, char** argv) {
    return porteur::sim::run_program(porteur::sim::thinktel_program(), argc, argv);
}
