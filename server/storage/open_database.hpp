// How others get hold of the database: without a glance at SQLite.
#pragma once

#include <memory>
#include <string>

#include "server/storage/store_error.hpp"

namespace quarry::server {

struct Database;

// Opens or creates FOLDER/quarry.db; one that an older Quarry wrote is brought up to date. Throws
// StoreError, saying what to do, when the folder cannot be written, the file is not a Quarry
// database, or a newer Quarry wrote it.
std::shared_ptr<Database> open_database(const std::string& folder);

// Reads through the database in search of damage, for so many seconds at most. True when all of it
// was read; throws StoreError, saying what to do, when something is damaged.
bool check_database(Database& database, double seconds);

// A whole copy, as of one moment, in a new file; others may read and write meanwhile. Every page
// is read on the way, and what is damaged throws StoreError.
void back_up(Database& database, const std::string& file);

}  // namespace quarry::server
