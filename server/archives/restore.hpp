// What of an archive may be taken in. Pure but for looking things up: whoever restores writes.
#pragma once

#include <string>
#include <vector>

#include "evaluators/stored_predictor.hpp"
#include "search/supernets/field_error.hpp"
#include "server/archives/study_archive.hpp"

namespace quarry::server {

// Everything that an archive says twice must say the same, and everything that the server reads
// from its database later must be readable: the log, folded without its algorithm, gives the trials
// and the study's counts; a fingerprint's id is its text's where ours made it; a latency model's is
// its text's. Every mistake with its place, up to twenty. That the search itself comes out the same
// is for replay_archive, which takes as long as the search's thinking did.
void check_archive(const StudyArchive& archive, search::FieldErrors& errors);

// The predictors of an archive, read; mistakes go to `errors`.
std::vector<evaluators::StoredPredictor> archived_predictors(const StudyArchive& archive,
                                                             search::FieldErrors& errors);

// What is to be stored of a checked archive. A study that was under way is paused, and says so in
// its log. Measurements are stored as foreign ones.
Commit restored(const StudyArchive& archive, const std::string& now);

}  // namespace quarry::server
