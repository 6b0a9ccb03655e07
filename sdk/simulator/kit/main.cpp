// SPDX-License-Identifier: Apache-2.0
// The program of each simulator that porteur_add_simulator() makes.
#include <utility>

#include <porteur/simulator.hpp>

int main(int argc, char** argv) { return porteur::sim::run_simulator(porteur_simulator(), argc, argv); }
