// Checks an archive: the search is made again from its spec, with the measurements that its log
// holds, and everything that follows from them must come out as the log says, byte for byte: every
// proposal with its reasons, every outcome with its front and hypervolume, every confirmation, and
// at the end every trial as it was shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "evaluators/supernet_library.hpp"
#include "search/supernets/field_error.hpp"
#include "server/archives/study_archive.hpp"

namespace quarry::server {

struct ReplayDifference {
  std::int64_t sequence = 0;  // of the event; 0: it is a trial as it was shown at the end
  std::int64_t trial = -1;
  std::string what;      // "the proposal of trial 17"
  std::string recorded;  // from a few characters before they part
  std::string replayed;
};

struct ReplayReport {
  std::size_t events = 0;
  std::size_t proposals = 0;
  std::size_t outcomes = 0;
  std::size_t confirmations = 0;
  std::size_t trials = 0;
  std::optional<ReplayDifference> difference;  // the first; the rest was not looked at
};

// On what keeps it from being replayed here (an unknown algorithm, a supernet that is not here)
// nothing, and why in `errors`. The archive's supernet is added to the library where it is missing
// and needs no weights.
std::optional<ReplayReport> replay_archive(const StudyArchive& archive,
                                           evaluators::SupernetLibrary& supernets,
                                           search::FieldErrors& errors);

// The archive's supernet, as the library has it: the very same version. Adds it where it is
// missing; nullptr, and why in `errors`, when it cannot be had.
const evaluators::LoadedSupernet* supernet_of(const StudyArchive& archive,
                                              evaluators::SupernetLibrary& supernets,
                                              search::FieldErrors& errors);

}  // namespace quarry::server
