/* SPDX-License-Identifier: Apache-2.0 */
#define _DEFAULT_SOURCE
#include "fit_faults.h"

#include <poll.h>
#include <time.h>

const enum fit_fault fit_fault_of_this_library = FIT_FAULT;

#if defined(FIT_takes_the_time_zone) || defined(FIT_loops_elsewhere)
static struct tm midnight(void) {
    struct tm day = {.tm_year = 126, .tm_mon = 11, .tm_mday = 1, .tm_isdst = -1};
    mktime(&day);
    return day;
}
long fit_midnight(void) {
    struct tm day = midnight();
    return (long)mktime(&day);
}
long fit_east_of_utc(void) { return midnight().tm_gmtoff; }
#else
long fit_midnight(void) { return 0; }
long fit_east_of_utc(void) { return 0; }
#endif

#if defined(FIT_waits_by_itself)
void fit_wait_80_ms(void) { poll(NULL, 0, 80); }
#else
void fit_wait_80_ms(void) {}
#endif
