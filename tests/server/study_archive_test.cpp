// The file of an archive: what is written comes back, what was damaged is told with its place, and
// nothing that a hostile file says is believed.
#include "server/archives/study_archive.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "tests/support/archives.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

StudyArchive small() {
  StudyArchive archive;
  archive.quarry = "1";
  archive.written_at = "T";
  archive.study = {.id = "st_1",
                   .name = "n",
                   .spec = "{}",
                   .state = "completed",
                   .reason = "r",
                   .created_at = "T",
                   .elapsed_seconds = 0.1,
                   .trials = 1,
                   .hypervolume = 0.25,
                   .budget = "",
                   .tags = {"a", "b"},
                   .notes = "two\nlines",
                   .priority = 3};
  archive.supernet = "s";
  archive.supernet_version = "v";
  archive.manifest = "{ \"as\": \"it was\" }\n";
  archive.events = {{1, "study.created", "T", "{}"},
                    {2, "trial.created", "T", "{\"b\":1,\"a\":2}"}};
  archive.trials = {{0, "succeeded", true, false, "{\"number\":0}"}};
  archive.measurements = {{{"s@v", "0,1", "latency_ms", "onednn {}", "fp_1"},
                           {.value = 0.1,
                            .spread = 1e-300,
                            .samples = 3,
                            .fingerprint = "fp_1",
                            .detail = {{"d", 2.5}}},
                           0}};
  archive.fingerprints = {{"fp_1", "a machine"}};
  archive.predictors = {"{\"quarry_predictor\":1}"};
  archive.latency_models = {{"lm_1", "{}"}};
  return archive;
}

std::string mistake_of(const std::string& bytes, const ArchiveLimits& limits = {}) {
  search::FieldErrors errors;
  const auto archive = read_archive(bytes, errors, limits);
  CHECK(archive.has_value() == errors.empty());
  return errors.empty() ? "" : errors.front().pointer + " | " + errors.front().detail;
}

std::string with_line(std::size_t line, const std::string& text) {
  std::vector<std::string> lines = test::lines_of(write_archive(small()));
  lines.at(line) = text;
  return test::packed(lines);
}

TEST_CASE("an archive reads back as it was written, to the last byte of its texts") {
  search::FieldErrors errors;
  const auto read = read_archive(write_archive(small()), errors);
  REQUIRE(read);
  const StudyArchive wrote = small();
  CHECK(read->study == wrote.study);
  CHECK(read->manifest == wrote.manifest);
  CHECK(read->supernet_version == "v");
  CHECK(read->events == wrote.events);
  CHECK(read->trials == wrote.trials);
  REQUIRE(read->measurements.size() == 1);
  CHECK(read->measurements[0].key == wrote.measurements[0].key);
  CHECK(read->measurements[0].measurement == wrote.measurements[0].measurement);
  CHECK(read->fingerprints == wrote.fingerprints);
  CHECK(read->predictors == wrote.predictors);
  CHECK(read->latency_models == wrote.latency_models);
  CHECK(write_archive(*read) == write_archive(wrote));
}

TEST_CASE("the lines are those that the format says, each part with the checksum of its lines") {
  const std::vector<std::string> lines = test::lines_of(write_archive(small()));
  std::string shape;
  for (const std::string& line : lines) {
    const json document = json::parse(line);
    shape += document.contains("end") ? document["end"].get<std::string>() + " " : ". ";
  }
  CHECK(shape ==
        ". . study . manifest . . events . trials . measurements . fingerprints "
        ". predictors . latency_models archive ");
  // sha256sum of the two events' lines.
  Sha256 hash;
  hash.add(lines[5] + "\n" + lines[6] + "\n");
  CHECK(json::parse(lines[7])["sha256"] == hash.digits());
}

TEST_CASE("SHA-256 is what everybody calls so") {
  Sha256 hash;
  hash.add("a");
  hash.add("bc");
  CHECK(hash.digits() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST_CASE("a changed line is told with its part and lines") {
  std::string line = test::lines_of(write_archive(small()))[6];
  line.replace(line.find("trial.created"), 13, "trial.skipped");
  CHECK(mistake_of(with_line(6, line)) ==
        "/events | line 8: the checksum of events (lines 6 to 7) is another: something there was "
        "changed or damaged");
}

TEST_CASE("a line that is missing is told") {
  std::vector<std::string> lines = test::lines_of(write_archive(small()));
  lines.erase(lines.begin() + 6);
  CHECK(mistake_of(test::packed(lines)) ==
        "/events | line 7: part events has 1 lines, not 2 as it says: some are missing");
}

TEST_CASE("a file cut off anywhere is refused, and no changed byte goes unnoticed") {
  const std::string whole = write_archive(small());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    INFO("cut to " << size << " bytes");
    CHECK(mistake_of(whole.substr(0, size)) != "");
  }
  for (std::size_t at = 12; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    INFO("byte " << at);
    // Some bits of gzip mean nothing.
    search::FieldErrors errors;
    const auto read = read_archive(damaged, errors);
    CHECK((!read || write_archive(*read) == whole));
  }
}

TEST_CASE("what is no archive says so") {
  CHECK(mistake_of("") == " | the file is no gzip file, after line 0");
  CHECK(mistake_of("PK\3\4") == " | the file is no gzip file, after line 0");
  CHECK(mistake_of(test::packed({"[1]"})) == " | line 1: is not a JSON object");
  CHECK(mistake_of(test::packed({"{\"quarry_archive\": 2}"})) ==
        "/quarry_archive | line 1: is an archive of version 2; this Quarry reads version 1");
  CHECK(mistake_of(write_archive(small()) + "x") ==
        " | the file has something after its end, after line " +
            std::to_string(test::lines_of(write_archive(small())).size()));
}

TEST_CASE("no file takes more memory than the limits say") {
  // A megabyte of blanks in one line: some thousand bytes packed.
  const std::string bomb = test::packed({std::string(1 << 20, ' ')});
  CHECK(bomb.size() < 3000);
  CHECK(mistake_of(bomb, {.unpacked_bytes = 1 << 19}) ==
        " | the file is more than 0 MiB when unpacked, after line 0");
  CHECK(mistake_of(bomb, {.line_bytes = 1 << 18}) ==
        " | the file has a line of more than 0 MiB, after line 0");
  const std::string deep(100000, '[');
  CHECK(mistake_of(test::packed({deep})) == " | line 1: is not a JSON object");
  CHECK_THROWS_AS(write_archive(small(), {.unpacked_bytes = 100}), std::length_error);
}

TEST_CASE("fields of another type are told, each with the line") {
  CHECK(mistake_of(with_line(5, R"({"sequence": 7, "type": "t", "at": "T", "data": "{}"})")) ==
        "/events/0/sequence | line 6: must be 1, got 7");
  CHECK(mistake_of(with_line(5, R"({"sequence": 1, "type": 3, "at": "T", "data": "{}"})"))
            .starts_with("/events/0/type | line 6: "));
  CHECK(mistake_of(with_line(5, R"({"sequence": 1, "type": "t", "at": "T", "data": "[1"})")) ==
        "/events/0/data | line 6: must be the text of a JSON object");
}

}  // namespace
}  // namespace quarry::server
