// Writing an archive; archive_reader.cpp reads it. Tested by tests/server/study_archive_test.cpp.
#include "server/archives/study_archive.hpp"

#include <nlohmann/json.hpp>

#include "server/archives/archive_file.hpp"
#include "server/studies/trial_log.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string text_of(const json& line) {
  return line.dump(-1, ' ', false, json::error_handler_t::replace);
}

class ArchiveWriter {
 public:
  explicit ArchiveWriter(const ArchiveLimits& limits) : lines_(limits.unpacked_bytes) {}

  void add(const json& line) {
    const std::string text = text_of(line);
    part_->add(text);
    part_->add("\n");
    ++part_lines_;
    put(text);
  }

  template <typename Write>
  void part(const char* name, const Write& write) {
    part_.emplace();
    part_lines_ = 0;
    write();
    put(text_of({{"end", name}, {"lines", part_lines_}, {"sha256", part_->digits()}}));
  }

  void head(const json& line) { put(text_of(line)); }

  std::string finish() {
    lines_.add(text_of({{"end", "archive"}, {"lines", count_}, {"sha256", all_.digits()}}));
    return lines_.finish();
  }

 private:
  void put(const std::string& text) {
    all_.add(text);
    all_.add("\n");
    ++count_;
    lines_.add(text);
  }

  LineWriter lines_;
  Sha256 all_;
  std::size_t count_ = 0;
  std::optional<Sha256> part_;
  std::size_t part_lines_ = 0;
};

json study_line(const StudyArchive& archive) {
  const StudyRecord& study = archive.study;
  return {{"id", study.id},
          {"name", study.name},
          {"spec", study.spec},
          {"state", study.state},
          {"reason", study.reason},
          {"created_at", study.created_at},
          {"elapsed_s", study.elapsed_seconds},
          {"trials", study.trials},
          {"hypervolume", study.hypervolume ? json(*study.hypervolume) : json(nullptr)},
          {"budget", study.budget},
          {"tags", study.tags},
          {"notes", study.notes},
          {"priority", study.priority}};
}

json measurement_line(const MeasurementRecord& record) {
  return {{"supernet", record.key.supernet},
          {"genome", record.key.genome},
          {"metric", record.key.metric},
          {"evaluator", record.key.evaluator},
          {"fingerprint", record.key.fingerprint},
          {"trial", record.trial},
          {"measurement", measurement_to_json(record.measurement)}};
}

}  // namespace

std::string write_archive(const ArchiveSource& source, const ArchiveLimits& limits) {
  const StudyArchive& head = source.head;
  ArchiveWriter writer(limits);
  writer.head({{"quarry_archive", kArchiveVersion},
               {"quarry", head.quarry},
               {"written_at", head.written_at}});
  writer.part("study", [&] { writer.add(study_line(head)); });
  writer.part("manifest", [&] {
    writer.add({{"supernet", head.supernet},
                {"version", head.supernet_version},
                {"manifest", head.manifest}});
  });
  writer.part("events", [&] {
    source.events([&](const EventRecord& event) {
      writer.add({{"sequence", event.sequence},
                  {"type", event.type},
                  {"at", event.at},
                  {"data", event.data}});
    });
  });
  writer.part("trials", [&] {
    source.trials([&](const TrialRecord& trial) {
      writer.add({{"number", trial.number},
                  {"state", trial.state},
                  {"on_front", trial.on_front},
                  {"is_baseline", trial.is_baseline},
                  {"data", trial.data}});
    });
  });
  writer.part("measurements", [&] {
    source.measurements(
        [&](const MeasurementRecord& record) { writer.add(measurement_line(record)); });
  });
  writer.part("fingerprints", [&] {
    for (const auto& [id, text] : head.fingerprints) writer.add({{"id", id}, {"text", text}});
  });
  writer.part("predictors", [&] {
    for (const std::string& document : head.predictors) writer.add({{"document", document}});
  });
  writer.part("latency_models", [&] {
    for (const auto& [id, model] : head.latency_models) writer.add({{"id", id}, {"model", model}});
  });
  return writer.finish();
}

std::string write_archive(const StudyArchive& archive, const ArchiveLimits& limits) {
  const auto each = [](const auto& items) {
    return [&items](const auto& visit) {
      for (const auto& item : items) visit(item);
    };
  };
  return write_archive({.head = archive,
                        .events = each(archive.events),
                        .trials = each(archive.trials),
                        .measurements = each(archive.measurements)},
                       limits);
}

}  // namespace quarry::server
