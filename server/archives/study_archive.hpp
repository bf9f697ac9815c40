// All there is of one study in one file, so that another server can take it in and any machine can
// check it. The file, version 1:
//
//   gzip of lines, each a JSON object and a line feed:
//   {"quarry_archive": 1, "quarry": VERSION, "written_at": TIME}          the first
//   PART, line by line, in this order: study (one line), manifest (one), events, trials,
//     measurements, fingerprints, predictors, latency_models
//   {"end": PART, "lines": N, "sha256": HEX}   after each part, also an empty one: of its lines
//   {"end": "archive", "lines": N, "sha256": HEX}   the last: of all bytes before it
//
// Texts that the server compares byte by byte (an event's data, a trial, the manifest) are strings
// within the lines, so that they come back to the last byte.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/supernets/field_error.hpp"
#include "server/storage/store.hpp"

namespace quarry::server {

inline constexpr int kArchiveVersion = 1;
// Told of a file that is wrong throughout: the first ones do.
inline constexpr std::size_t kMostArchiveErrors = 20;

struct StudyArchive {
  std::string quarry;      // version that wrote it
  std::string written_at;  // RFC 3339, UTC
  StudyRecord study;
  std::string supernet;
  std::string supernet_version;
  std::string manifest;  // the text
  std::vector<EventRecord> events;
  std::vector<TrialRecord> trials;
  std::vector<MeasurementRecord> measurements;
  std::vector<std::pair<std::string, std::string>> fingerprints;    // id, text
  std::vector<std::string> predictors;                              // documents, as exported
  std::vector<std::pair<std::string, std::string>> latency_models;  // id, model
};

struct ArchiveLimits {
  std::size_t unpacked_bytes = std::size_t{512} * 1024 * 1024;
  std::size_t line_bytes = std::size_t{16} * 1024 * 1024;
};

// Where the parts of an archive come from, so that a long log need not be in memory at once: each
// calls the function given for every line.
struct ArchiveSource {
  StudyArchive head;  // without events, trials and measurements
  std::function<void(const std::function<void(const EventRecord&)>&)> events;
  std::function<void(const std::function<void(const TrialRecord&)>&)> trials;
  std::function<void(const std::function<void(const MeasurementRecord&)>&)> measurements;
};

// The file's bytes. Throws std::length_error when it would be more than the limits allow to read.
std::string write_archive(const ArchiveSource& source, const ArchiveLimits& limits = {});
std::string write_archive(const StudyArchive& archive, const ArchiveLimits& limits = {});

// On any mistake nothing, and in `errors` what is wrong at which line of which part: the pointer is
// "/events/17" for the eighteenth event, the detail names the line. Never more memory than the
// limits say, whatever the bytes are.
std::optional<StudyArchive> read_archive(std::string_view bytes, search::FieldErrors& errors,
                                         const ArchiveLimits& limits = {});

}  // namespace quarry::server
