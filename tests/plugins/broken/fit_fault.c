/* SPDX-License-Identifier: Apache-2.0 */
#include "fit_faults.h"

const enum fit_fault fit_fault_of_this_library = FIT_FAULT;
