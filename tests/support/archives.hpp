// Archives for tests: of a study in a store, and what a file's lines are when it is unpacked.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "evaluators/supernet_library.hpp"
#include "server/archives/archive_file.hpp"
#include "server/archives/study_archive.hpp"

namespace quarry::test {

inline server::StudyArchive archive_of(server::Store& store, const std::string& id,
                                       const evaluators::LoadedSupernet& supernet) {
  server::StudyArchive archive;
  archive.quarry = "test";
  archive.written_at = "T";
  archive.study = *store.study(id);
  archive.supernet = supernet.supernet().name;
  archive.supernet_version = supernet.version();
  archive.manifest = supernet.supernet().manifest;
  archive.events = store.events(id, 0, 1000000);
  archive.trials = store.trials(id, {.limit = 1000000});
  return archive;
}

inline std::vector<std::string> lines_of(const std::string& packed) {
  std::vector<std::string> lines;
  const auto why = server::read_lines(packed, 1 << 28, 1 << 26, [&](std::string_view line) {
    lines.emplace_back(line);
    return true;
  });
  REQUIRE_FALSE(why);
  return lines;
}

inline std::string packed(const std::vector<std::string>& lines) {
  server::LineWriter writer(1 << 28);
  for (const std::string& line : lines) writer.add(line);
  return writer.finish();
}

}  // namespace quarry::test
