// Reading an archive, which may be anything: every line is checked before it is believed. Tested by
// tests/server/study_archive_test.cpp.
#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "search/supernets/json_fields.hpp"
#include "server/archives/archive_file.hpp"
#include "server/archives/study_archive.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;
using search::ObjectReader;
using search::Presence;

constexpr double kLargest = 9e15;

constexpr std::array<const char*, 8> kParts = {"study",      "manifest",      "events",
                                               "trials",     "measurements",  "fingerprints",
                                               "predictors", "latency_models"};

class ArchiveReader {
 public:
  explicit ArchiveReader(search::FieldErrors& errors) : errors_(errors) {}

  // False: no more lines are needed.
  bool line(std::string_view text) {
    ++number_;
    search::FieldErrors mistakes;
    const std::optional<json> document = search::parse_json(text, mistakes);
    if (!document || !document->is_object()) {
      fail(pointer(), "is not a JSON object");
      return false;
    }
    if (is_whole_) {
      fail("", "comes after the last checksum");
    } else if (number_ == 1) {
      read_head(*document);
    } else if (document->contains("end")) {
      read_end(*document);
    } else if (part_ < kParts.size()) {
      read_item(*document);
      part_hash_->add(text);
      part_hash_->add("\n");
      ++part_lines_;
    } else {
      fail("", "comes after the last part");
    }
    all_.add(text);
    all_.add("\n");
    return errors_.size() < kMostArchiveErrors && !stop_;
  }

  void finish() {
    if (errors_.empty() && !is_whole_)
      errors_.push_back({"", "the file ends after line " + std::to_string(number_) +
                                 ", before its last checksum"});
  }

  StudyArchive take() { return std::move(archive_); }
  std::size_t lines() const { return number_; }

 private:
  std::string pointer() const {
    return number_ == 1 || part_ >= kParts.size()
               ? ""
               : "/" + std::string(kParts[part_]) + "/" + std::to_string(part_lines_);
  }

  void fail(const std::string& where, const std::string& what) {
    errors_.push_back({where, "line " + std::to_string(number_) + ": " + what});
  }

  void read_head(const json& document) {
    search::FieldErrors mistakes;
    ObjectReader reader(document, "", mistakes);
    const auto version = reader.integer("quarry_archive", Presence::kRequired, 1, kLargest);
    archive_.quarry = reader.text("quarry", Presence::kOptional).value_or("");
    archive_.written_at = reader.text("written_at", Presence::kOptional).value_or("");
    if (!version) {
      fail("", "is not the head of an archive: " + mistakes.front().detail);
    } else if (*version != kArchiveVersion) {
      fail("/quarry_archive", "is an archive of version " + std::to_string(*version) +
                                  "; this Quarry reads version " + std::to_string(kArchiveVersion));
    }
    stop_ = !errors_.empty();
    part_hash_.emplace();
  }

  void read_end(const json& document) {
    const std::string wanted = part_ < kParts.size() ? kParts[part_] : "archive";
    const std::string name = document["end"].is_string() ? document["end"].get<std::string>() : "";
    if (name != wanted) {
      fail(part_ < kParts.size() ? "/" + wanted : "",
           "part " + wanted + " was to end here, not " + (name.empty() ? "nothing" : name));
      stop_ = true;
      return;
    }
    const bool is_last = part_ == kParts.size();
    const std::size_t lines = is_last ? number_ - 1 : part_lines_;
    const std::string hash = is_last ? all_.digits() : part_hash_->digits();
    const std::string where = is_last ? "" : "/" + wanted;
    const std::size_t first = number_ - lines;
    const std::string range =
        "lines " + std::to_string(is_last ? 1 : first) + " to " + std::to_string(number_ - 1);
    if (document.value("lines", json()) != json(lines)) {
      fail(where, "part " + wanted + " has " + std::to_string(lines) + " lines, not " +
                      document.value("lines", json()).dump() + " as it says: some are missing");
    } else if (document.value("sha256", json()) != json(hash)) {
      fail(where, "the checksum of " + wanted + " (" + range +
                      ") is another: something there was changed or damaged");
    }
    if (!is_last && part_lines_ != 1 && part_ < 2)
      fail(where, "part " + wanted + " must be one line");
    is_whole_ = is_last;
    stop_ = !errors_.empty();
    ++part_;
    part_hash_.emplace();
    part_lines_ = 0;
  }

  void read_item(const json& document) {
    search::FieldErrors mistakes;
    const std::string at = pointer();
    ObjectReader reader(document, at, mistakes);
    static constexpr std::array kReaders = {
        &ArchiveReader::read_study,       &ArchiveReader::read_manifest,
        &ArchiveReader::read_event,       &ArchiveReader::read_trial,
        &ArchiveReader::read_measurement, &ArchiveReader::read_fingerprint,
        &ArchiveReader::read_predictor,   &ArchiveReader::read_latency_model};
    (this->*kReaders[part_])(reader);
    reader.finish();
    for (const search::FieldError& mistake : mistakes) {
      if (errors_.size() < kMostArchiveErrors) fail(mistake.pointer, mistake.detail);
    }
  }

  static std::string text(ObjectReader& reader, const char* field) {
    return reader.text(field, Presence::kRequired).value_or("");
  }
  static std::int64_t integer(ObjectReader& reader, const char* field, double least = 0) {
    return reader.integer(field, Presence::kRequired, least, kLargest).value_or(0);
  }
  static std::string object_text(ObjectReader& reader, const char* field) {
    std::string given = text(reader, field);
    search::FieldErrors mistakes;
    const auto document = search::parse_json(given, mistakes);
    if (!given.empty() && (!document || !document->is_object()))
      reader.error(field, "must be the text of a JSON object");
    return given;
  }

  void read_study(ObjectReader& reader) {
    StudyRecord& study = archive_.study;
    study.id = text(reader, "id");
    study.name = text(reader, "name");
    study.spec = object_text(reader, "spec");
    study.state = text(reader, "state");
    study.reason = text(reader, "reason");
    study.created_at = text(reader, "created_at");
    study.elapsed_seconds =
        reader.number("elapsed_s", Presence::kRequired, 0.0, 1e12).value_or(0.0);
    study.trials = integer(reader, "trials");
    const json* hypervolume = reader.any("hypervolume", Presence::kRequired);
    if (hypervolume != nullptr && hypervolume->is_number())
      study.hypervolume = hypervolume->get<double>();
    if (hypervolume != nullptr && !hypervolume->is_number() && !hypervolume->is_null())
      reader.error("hypervolume", "must be a number or null");
    study.budget = text(reader, "budget");
    if (const json* tags = reader.array("tags", Presence::kRequired)) {
      for (const json& tag : *tags) {
        if (tag.is_string())
          study.tags.push_back(tag.get<std::string>());
        else
          reader.error("tags", "must be strings");
      }
    }
    study.notes = text(reader, "notes");
    study.priority = reader.integer("priority", Presence::kRequired, 1, 100).value_or(1);
  }

  void read_manifest(ObjectReader& reader) {
    archive_.supernet = text(reader, "supernet");
    archive_.supernet_version = text(reader, "version");
    archive_.manifest = object_text(reader, "manifest");
  }

  void read_event(ObjectReader& reader) {
    EventRecord event{.sequence = integer(reader, "sequence"),
                      .type = text(reader, "type"),
                      .at = text(reader, "at"),
                      .data = object_text(reader, "data")};
    const auto expected = static_cast<std::int64_t>(archive_.events.size()) + 1;
    if (event.sequence != expected)
      reader.error("sequence", "must be " + std::to_string(expected) + ", got " +
                                   std::to_string(event.sequence));
    archive_.events.push_back(std::move(event));
  }

  void read_trial(ObjectReader& reader) {
    TrialRecord trial{
        .number = integer(reader, "number"),
        .state = text(reader, "state"),
        .on_front = reader.flag("on_front", Presence::kRequired).value_or(false),
        .is_baseline = reader.flag("is_baseline", Presence::kRequired).value_or(false),
        .data = object_text(reader, "data")};
    const auto expected = static_cast<std::int64_t>(archive_.trials.size());
    if (trial.number != expected)
      reader.error("number",
                   "must be " + std::to_string(expected) + ", got " + std::to_string(trial.number));
    archive_.trials.push_back(std::move(trial));
  }

  void read_measurement(ObjectReader& reader) {
    MeasurementRecord record{.key = {.supernet = text(reader, "supernet"),
                                     .genome = text(reader, "genome"),
                                     .metric = text(reader, "metric"),
                                     .evaluator = text(reader, "evaluator"),
                                     .fingerprint = text(reader, "fingerprint")},
                             .measurement = {},
                             .trial = integer(reader, "trial")};
    const json* measurement = reader.object("measurement", Presence::kRequired);
    try {
      if (measurement != nullptr) record.measurement = measurement_from_json(*measurement);
    } catch (const std::exception&) {
      reader.error("measurement", "is not a measurement");
    }
    archive_.measurements.push_back(std::move(record));
  }

  void read_fingerprint(ObjectReader& reader) {
    std::string id = text(reader, "id");
    archive_.fingerprints.emplace_back(std::move(id), text(reader, "text"));
  }

  void read_predictor(ObjectReader& reader) {
    archive_.predictors.push_back(object_text(reader, "document"));
  }

  void read_latency_model(ObjectReader& reader) {
    std::string id = text(reader, "id");
    archive_.latency_models.emplace_back(std::move(id), object_text(reader, "model"));
  }

  search::FieldErrors& errors_;
  StudyArchive archive_;
  std::size_t number_ = 0;
  std::size_t part_ = 0;
  std::size_t part_lines_ = 0;
  std::optional<Sha256> part_hash_;
  Sha256 all_;
  bool stop_ = false;
  bool is_whole_ = false;
};

}  // namespace

std::optional<StudyArchive> read_archive(std::string_view bytes, search::FieldErrors& errors,
                                         const ArchiveLimits& limits) {
  const std::size_t before = errors.size();
  ArchiveReader reader(errors);
  const auto why = read_lines(bytes, limits.unpacked_bytes, limits.line_bytes,
                              [&](std::string_view line) { return reader.line(line); });
  if (why && errors.size() == before)
    errors.push_back({"", "the file " + *why + ", after line " + std::to_string(reader.lines())});
  if (errors.size() == before) reader.finish();
  if (errors.size() > before) return std::nullopt;
  return reader.take();
}

}  // namespace quarry::server
