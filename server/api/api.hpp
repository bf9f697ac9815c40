// The REST API: one file per resource, each a few pure functions from Request to Response.
// routes.cpp is the table of all of them.
#pragma once

#include "evaluators/supernet_library.hpp"
#include "server/events/event_hub.hpp"
#include "server/http/router.hpp"
#include "server/storage/lease_store.hpp"
#include "server/storage/store.hpp"
#include "server/storage/supernet_folder.hpp"
#include "server/studies/study_manager.hpp"
#include "server/studies/task_desk.hpp"

namespace quarry::server {

struct ApiContext {
  Store& store;
  EventHub& hub;
  StudyManager& studies;
  evaluators::SupernetLibrary& supernets;
  const SupernetFolder& user_supernets;
  TaskDesk& desk;
  LeaseStore& leases;
  Clock clock;
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

// tasks.cpp
Response claim_task(const ApiContext& context, const Request& request);
Response heartbeat_task(const ApiContext& context, const Request& request);
Response complete_task(const ApiContext& context, const Request& request);
Response fail_task(const ApiContext& context, const Request& request);
Response get_task(const ApiContext& context, const Request& request);
Response ask_study(const ApiContext& context, const Request& request);
Response tell_study(const ApiContext& context, const Request& request);
Response list_workers(const ApiContext& context, const Request& request);

// trials.cpp
Response list_trials(const ApiContext& context, const Request& request);
Response get_front(const ApiContext& context, const Request& request);

// study_events.cpp
Response stream_events(const ApiContext& context, const Request& request);

// supernets.cpp
Response create_supernet(const ApiContext& context, const Request& request);
Response list_supernets(const ApiContext& context, const Request& request);
Response get_supernet(const ApiContext& context, const Request& request);
Response get_manifest(const ApiContext& context, const Request& request);
Response get_manifest_schema(const ApiContext& context, const Request& request);
Response describe_network(const ApiContext& context, const Request& request);

// catalog.cpp
Response get_catalog(const ApiContext& context, const Request& request);
Response get_version(const ApiContext& context, const Request& request);

// dashboard.cpp: the browser's files, embedded in the binary
Response get_dashboard(const Request& request);

}  // namespace quarry::server
