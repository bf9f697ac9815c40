// The imports of a server as what evaluators look measurements up in.
#pragma once

#include <string>

#include "evaluators/resources.hpp"
#include "server/storage/import_store.hpp"

namespace quarry::server {

// The tables of a store, for Resources::table. Valid as long as the store.
std::function<std::shared_ptr<const evaluators::MeasurementTable>(const std::string& id)>
imported_tables(ImportStore& imports);

// The id of the machine that an import was measured on; empty where the user did not say.
std::string imported_fingerprint_id(const ImportRecord& import);

}  // namespace quarry::server
