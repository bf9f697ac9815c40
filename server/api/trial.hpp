// /v1/studies/{id}/trials/{number} and what stands beside it: one trial as something to understand
// and to take away.
#pragma once

#include "server/api/api.hpp"
#include "server/storage/machine_peak_store.hpp"
#include "server/storage/trial_note_store.hpp"

namespace quarry::server {

struct TrialContext {
  const ApiContext& api;
  TrialNoteStore notes;
  MachinePeakStore peaks;
};

// The context must outlive the router.
void add_trial_routes(Router& router, TrialContext& context);

// trial.cpp
Response get_trial(TrialContext& context, const Request& request);
Response change_trial(TrialContext& context, const Request& request);
Response get_trial_network(TrialContext& context, const Request& request);
Response export_trial(TrialContext& context, const Request& request);

// machine_peaks.cpp
Response measure_machine_peaks(TrialContext& context, const Request& request);

}  // namespace quarry::server
