/* SPDX-License-Identifier: Apache-2.0 */
/* The faults that fit.cpp can have. Each library has one of them, which fit_fault.c gives it: the code is compiled
 * once, and two libraries differ in this alone. */
#ifndef FIT_FAULTS_H
#define FIT_FAULTS_H

enum fit_fault {
    fault_none,
    /* at the boundary */
    fault_cannot_be_ended_while_two_are_open,
    fault_keeps_what_was_lent,
    fault_wants_answers_in_order,
    fault_logs_an_account_number,
    fault_logs_a_number_as_people_write_it,
    fault_clears_the_turn_when_called_off,
    fault_names_a_step_as_it_likes,
    fault_writes_keys_in_any_order,
    /* what an operation leaves behind, and what it takes from elsewhere */
    fault_shares_a_variable,
    fault_takes_the_time_zone,
    fault_loops_elsewhere,
    fault_remembers_a_release,
    fault_trips_over_a_cut,
    /* when the carrier fails */
    fault_goes_on_when_called_off,
    fault_calls_a_timeout_a_defect,
    fault_calls_bad_credentials_a_defect,
    fault_calls_403_a_defect,
    fault_waits_for_ever_at_404,
    fault_waits_for_ever_at_409,
    fault_waits_for_ever_at_422,
    fault_asks_a_busy_carrier_without_end,
    fault_throws_at_half_an_answer,
    fault_throws_at_html,
    fault_throws_at_nothing,
    fault_asks_with_the_whole_answer,
    fault_throws_at_another_type,
    fault_calls_bad_credentials_a_refusal,
    fault_sends_again_without_a_look_up,
    fault_takes_a_lost_outcome_for_a_success,
    fault_takes_a_failed_look_up_for_a_no,
    fault_takes_a_refused_look_up_for_a_no,
    fault_takes_a_strange_look_up_for_a_no,
    fault_takes_a_strange_look_up_for_a_refusal,
    fault_takes_a_member_of_another_type_for_a_no,
    fault_guesses_a_state,
    /* what would be done twice */
    fault_sends_a_purchase_as_safe,
    fault_confirms_a_purchase_as_safe,
    fault_buys_with_a_get,
    /* what may not be told */
    fault_names_a_foreign_secret,
    fault_tells_a_number,
    fault_tells_a_number_as_people_write_it,
    fault_addresses_by_account_number,
    fault_asks_by_account_number,
    /* what it may cost */
    fault_computes_too_long,
    fault_waits_by_itself,
    fault_asks_too_much,
    fault_holds_too_much,
    fault_leaks,
    /* answers that nobody thought of */
    fault_trusts_an_index,
};

#ifdef __cplusplus
extern "C"
#else
extern
#endif
    const enum fit_fault fit_fault_of_this_library;

/* What fit.cpp may not take from elsewhere, as all libraries would have it then: each does nothing but in the library whose
 * fault needs it. */
#ifdef __cplusplus
extern "C" {
#endif
/* Midnight of 2026-12-01 where this runs, in seconds since 1970. */
long fit_midnight(void);
/* How far from UTC that is, in seconds. */
long fit_east_of_utc(void);
void fit_wait_80_ms(void);
#ifdef __cplusplus
}
#endif

#endif
