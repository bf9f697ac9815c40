// Tested by tests/evaluators/fingerprint_test.cpp.
#include "evaluators/fingerprint.hpp"

#include <sched.h>

#include <fstream>
#include <regex>

#include "evaluators/hash.hpp"
#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {
namespace {

std::string cpu_model() {
  std::ifstream info("/proc/cpuinfo");
  for (std::string line; std::getline(info, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

std::string governor() {
  std::ifstream file("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor");
  std::string name;
  return std::getline(file, name) ? name : "unknown";
}

int usable_cores() {
  cpu_set_t set;
  return sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

Fingerprint machine_fingerprint(int threads) {
  return {.cpu = cpu_model(),
          .isa = onednn_isa(),
          .cores = usable_cores(),
          .governor = governor(),
          .onednn = onednn_version(),
          .threads = threads};
}

std::string to_text(const Fingerprint& fingerprint) {
  return fingerprint.cpu + ", " + fingerprint.isa + ", " + std::to_string(fingerprint.cores) +
         " cores, governor " + fingerprint.governor + ", oneDNN " + fingerprint.onednn + ", " +
         std::to_string(fingerprint.threads) + (fingerprint.threads == 1 ? " thread" : " threads");
}

std::optional<Fingerprint> fingerprint_from_text(const std::string& text) {
  static const std::regex kParts(
      "(.*), ([^,]*), ([0-9]{1,6}) cores, governor ([^,]*), oneDNN ([^,]*), ([0-9]{1,6}) threads?");
  std::smatch parts;
  // The pattern backtracks along the text, and others write it.
  if (text.size() > 500 || !std::regex_match(text, parts, kParts)) return std::nullopt;
  return Fingerprint{.cpu = parts[1],
                     .isa = parts[2],
                     .cores = std::stoi(parts[3]),
                     .governor = parts[4],
                     .onednn = parts[5],
                     .threads = std::stoi(parts[6])};
}

std::pair<std::string, std::string> identify_machine(int threads) {
  const Fingerprint fingerprint = machine_fingerprint(threads);
  return {fingerprint_id(fingerprint), to_text(fingerprint)};
}

std::string fingerprint_id(const Fingerprint& fingerprint) {
  return "fp_" + hash_text({to_text(fingerprint)});
}

}  // namespace quarry::evaluators
