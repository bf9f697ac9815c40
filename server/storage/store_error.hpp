// What every store throws when the disk or the database fails: text for the user.
#pragma once

#include <stdexcept>

namespace quarry::server {

struct StoreError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace quarry::server
