// quarry completion bash|zsh|fish: a few lines for the shell that ask the command itself what could
// come next. The answer comes from the tree of verbs and flags, and, for what a server has, from
// the server, where one answers.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "server/cli/verbs.hpp"

namespace quarry::server {

// What the arguments of flags and verbs are, in help and for completion. Others are free text, or
// say themselves which words they take.
inline constexpr const char* kStudyArgument = "STUDY";
inline constexpr const char* kSupernetArgument = "SUPERNET";
inline constexpr const char* kAlgorithmArgument = "ALGORITHM";
inline constexpr const char* kModelArgument = "MODEL";
inline constexpr const char* kPredictorArgument = "PREDICTOR";
inline constexpr const char* kImportArgument = "IMPORT";
inline constexpr const char* kMetricArgument = "METRIC";
inline constexpr const char* kStateArgument = "STATE";
inline constexpr const char* kFileArgument = "FILE";

// The verb that the words of a command line have come to; the root when they name none.
CLI::App& verb_of(CLI::App& root, const std::vector<std::string>& words);

struct Candidate {
  std::string text;
  std::string help;  // may be empty
  bool operator==(const Candidate&) const = default;
};

// Candidates of one kind of argument; it is given the address that the words name.
using ListNames =
    std::function<std::vector<Candidate>(const std::string& kind, const ServerAddress& address)>;

// What could stand where the last word is, given those before it. `files`: any file may.
std::vector<Candidate> complete(const CLI::App& root, const std::vector<std::string>& words,
                                const ServerAddress& address, const ListNames& names, bool& files);

// The same as the shells read it: "candidate<TAB>help" a line, ":files" for any file. A server that
// does not answer within two seconds has nothing.
int print_completions(const CLI::App& root, const std::vector<std::string>& words,
                      const ServerAddress& address);

// What a shell reads at its start; nothing for one that is not known.
std::optional<std::string> completion_script(const std::string& shell);

void add_completion_verb(Verbs& verbs);

}  // namespace quarry::server
