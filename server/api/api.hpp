// The REST API: one file per resource, each a few pure functions from Request to Response.
// routes.cpp is the table of all of them.
#pragma once

#include <memory>

#include "evaluators/resources.hpp"
#include "evaluators/supernet_library.hpp"
#include "server/access/request_counts.hpp"
#include "server/events/event_hub.hpp"
#include "server/http/router.hpp"
#include "server/predictors/predictor_registry.hpp"
#include "server/storage/archive_store.hpp"
#include "server/storage/import_store.hpp"
#include "server/storage/lease_store.hpp"
#include "server/storage/list_store.hpp"
#include "server/storage/machine_peak_store.hpp"
#include "server/storage/store.hpp"
#include "server/storage/supernet_folder.hpp"
#include "server/storage/token_store.hpp"
#include "server/storage/trial_note_store.hpp"
#include "server/studies/event_pages.hpp"
#include "server/studies/study_manager.hpp"
#include "server/studies/study_table.hpp"
#include "server/studies/task_desk.hpp"

namespace quarry::server {

struct ApiContext {
  Store& store;
  EventHub& hub;
  StudyManager& studies;
  evaluators::SupernetLibrary& supernets;
  const SupernetFolder& user_supernets;
  ImportStore& imports;
  ListStore& lists;
  const evaluators::Resources& resources;
  PredictorRegistry& predictors;
  TaskDesk& desk;
  LeaseStore& leases;
  Clock clock;
  TokenStore& tokens;
  const RequestCounts& counts;
  StudyTables& tables;
  TrialNoteStore& notes;
  MachinePeakStore& peaks;
  bool serves_tls = false;
  bool tokens_required = false;
  const OperatorKnowledge* operators = nullptr;  // null: none is kept
  std::shared_ptr<EventPages> pages = std::make_shared<EventPages>();
  ArchiveStore* archives = nullptr;  // never null in a server
};

// The context must outlive the router.
Router make_router(const ApiContext& context);

// studies.cpp
Response create_study(const ApiContext& context, const Request& request);
Response list_studies(const ApiContext& context, const Request& request);
Response get_study(const ApiContext& context, const Request& request);
Response change_study(const ApiContext& context, const Request& request);
Response delete_study(const ApiContext& context, const Request& request);

// study_verbs.cpp
Response pause_study(const ApiContext& context, const Request& request);
Response resume_study(const ApiContext& context, const Request& request);
Response stop_study(const ApiContext& context, const Request& request);
Response cancel_study(const ApiContext& context, const Request& request);
Response clone_study(const ApiContext& context, const Request& request);
Response extend_study(const ApiContext& context, const Request& request);
Response enqueue_trial(const ApiContext& context, const Request& request);

// confirm.cpp
Response confirm_study(const ApiContext& context, const Request& request);

// archives.cpp
Response get_archive(const ApiContext& context, const Request& request);
Response import_archive(const ApiContext& context, const Request& request);

// tasks.cpp
Response claim_task(const ApiContext& context, const Request& request);
Response heartbeat_task(const ApiContext& context, const Request& request);
Response complete_task(const ApiContext& context, const Request& request);
Response fail_task(const ApiContext& context, const Request& request);
Response get_task(const ApiContext& context, const Request& request);
Response ask_study(const ApiContext& context, const Request& request);
Response tell_study(const ApiContext& context, const Request& request);
Response list_workers(const ApiContext& context, const Request& request);
Response list_tasks(const ApiContext& context, const Request& request);

// task_batch.cpp
Response complete_tasks(const ApiContext& context, const Request& request);

// trials.cpp
Response list_trials(const ApiContext& context, const Request& request);
Response get_front(const ApiContext& context, const Request& request);

// trial.cpp
Response get_trial(const ApiContext& context, const Request& request);
Response change_trial(const ApiContext& context, const Request& request);
Response get_trial_network(const ApiContext& context, const Request& request);
Response export_trial(const ApiContext& context, const Request& request);

// machine_peaks.cpp
Response measure_machine_peaks(const ApiContext& context, const Request& request);

// insights.cpp and gene_insights.cpp: what a study's charts are drawn from
Response get_points(const ApiContext& context, const Request& request);
Response get_history(const ApiContext& context, const Request& request);
Response get_parity(const ApiContext& context, const Request& request);
Response get_timeline(const ApiContext& context, const Request& request);
Response get_failures(const ApiContext& context, const Request& request);
Response get_importance(const ApiContext& context, const Request& request);
Response get_slices(const ApiContext& context, const Request& request);
Response get_strip(const ApiContext& context, const Request& request);

// study_events.cpp
Response stream_events(const ApiContext& context, const Request& request);

// supernets.cpp
Response create_supernet(const ApiContext& context, const Request& request);
Response list_supernets(const ApiContext& context, const Request& request);
Response get_supernet(const ApiContext& context, const Request& request);
Response get_manifest(const ApiContext& context, const Request& request);
Response get_manifest_schema(const ApiContext& context, const Request& request);
Response describe_network(const ApiContext& context, const Request& request);

// access.cpp
Response create_session(const ApiContext& context, const Request& request);
Response get_session(const ApiContext& context, const Request& request);
Response end_session(const ApiContext& context, const Request& request);
Response create_token(const ApiContext& context, const Request& request);
Response list_tokens(const ApiContext& context, const Request& request);
Response delete_token(const ApiContext& context, const Request& request);

// health.cpp: what probes and monitors ask
Response get_health(const ApiContext& context, const Request& request);
Response get_readiness(const ApiContext& context, const Request& request);
Response get_metrics(const ApiContext& context, const Request& request);

// imports.cpp
Response create_import(const ApiContext& context, const Request& request);
Response list_imports(const ApiContext& context, const Request& request);
Response get_import(const ApiContext& context, const Request& request);
Response list_imported_rows(const ApiContext& context, const Request& request);
Response delete_import(const ApiContext& context, const Request& request);

// predictors.cpp
Response list_predictors(const ApiContext& context, const Request& request);
Response get_predictor(const ApiContext& context, const Request& request);
Response export_predictor(const ApiContext& context, const Request& request);
Response import_predictor(const ApiContext& context, const Request& request);
Response delete_predictor(const ApiContext& context, const Request& request);
// Finds the predictor that the path names, or answers 404.
PredictorRegistry::Shared find_predictor(const ApiContext& context, const Request& request,
                                         Response& refusal);

// predictor_work.cpp
Response create_predictor(const ApiContext& context, const Request& request);
Response predict_networks(const ApiContext& context, const Request& request);
Response evaluate_predictor(const ApiContext& context, const Request& request);

// operators.cpp
Response list_operator_times(const ApiContext& context, const Request& request);

// measurements.cpp
Response list_measurements(const ApiContext& context, const Request& request);
Response get_measurement(const ApiContext& context, const Request& request);
Response list_fingerprints(const ApiContext& context, const Request& request);
Response get_fingerprint(const ApiContext& context, const Request& request);

// catalog.cpp
Response list_algorithms(const ApiContext& context, const Request& request);
Response get_algorithm(const ApiContext& context, const Request& request);
Response list_evaluators(const ApiContext& context, const Request& request);
Response get_evaluator(const ApiContext& context, const Request& request);
Response get_catalog(const ApiContext& context, const Request& request);
Response get_version(const ApiContext& context, const Request& request);

// openapi.cpp
Response get_openapi(const ApiContext& context, const Request& request);

// dashboard.cpp: the browser's files, embedded in the binary
Response get_dashboard(const Request& request);

}  // namespace quarry::server
