// Tested by tests/server/completion_test.cpp, and in the shells by tests/e2e/command_test.cpp.
#include "server/cli/completion.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "evaluators/supernet_library.hpp"
#include "predictors/predictor.hpp"
#include "search/algorithms/registry.hpp"
#include "search/core/metric.hpp"
#include "server/cli/exit_code.hpp"
#include "server/http/router.hpp"
#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

constexpr const char* kBash =
    R"sh(# bash: quarry completion bash > ~/.local/share/bash-completion/completions/quarry
_quarry() {
  local line candidate
  local -a words=("${COMP_WORDS[@]:1:COMP_CWORD}")
  COMPREPLY=()
  while IFS= read -r line; do
    candidate=${line%%$'\t'*}
    if [[ $candidate == :files ]]; then
      compopt -o default 2>/dev/null
    else
      COMPREPLY+=("$(printf '%q' "$candidate")")
    fi
  done < <("${COMP_WORDS[0]}" __complete "${words[@]}" 2>/dev/null)
}
complete -F _quarry quarry
)sh";

constexpr const char* kZsh = R"sh(#compdef quarry
# zsh: quarry completion zsh > DIRECTORY/_quarry, of a directory in fpath
_quarry() {
  local -a candidates
  local line candidate
  local -i files=0
  for line in "${(@f)$(${words[1]} __complete "${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    candidate=${line%%$'\t'*}
    if [[ $candidate == :files ]]; then
      files=1
    elif [[ -n $candidate ]]; then
      candidates+=("${candidate//:/\\:}:${line#*$'\t'}")
    fi
  done
  (( $#candidates )) && _describe quarry candidates
  (( files )) && _files
  return 0
}
if [[ $funcstack[1] == _quarry ]]; then
  _quarry "$@"
else
  compdef _quarry quarry
fi
)sh";

constexpr const char* kFish =
    R"sh(# fish: quarry completion fish > ~/.config/fish/completions/quarry.fish
function __quarry_complete
    set -l words (commandline -opc)
    set -l command $words[1]
    set -e words[1]
    set -l current (commandline -ct)
    for line in ($command __complete $words "$current" 2>/dev/null)
        if test "$line" = :files
            __fish_complete_path "$current"
        else
            echo $line
        end
    end
end
complete -c quarry -f -a '(__quarry_complete)'
)sh";

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

const CLI::Option* find_option(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional() && option->check_name(name)) return option;
  }
  return nullptr;
}

// "METRIC", of "METRIC" or "TEXT:{warm,cold}".
std::string kind_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  return type.substr(0, type.find(':'));
}

// "warm" and "cold" of "TEXT:{warm,cold}".
std::vector<Candidate> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const std::size_t open = type.find('{');
  if (open == std::string::npos) return {};
  std::vector<Candidate> choices;
  std::string word;
  for (const char letter : type.substr(open + 1)) {
    if (letter != ',' && letter != '}') {
      word += letter;
      continue;
    }
    choices.push_back({word, ""});
    word.clear();
    if (letter == '}') break;
  }
  return choices;
}

// Where the words before the last one have led.
struct Place {
  const CLI::App* app = nullptr;
  const CLI::Option* pending = nullptr;  // its value comes next
  std::size_t positional = 0;            // of the next word that is neither verb nor flag
  std::vector<const CLI::Option*> given;
  ServerAddress address;
};

void note_value(Place& place, const CLI::Option& option, const std::string& value) {
  if (option.check_name("--url") || option.check_name("--server")) place.address.url = value;
  if (option.check_name("--token")) place.address.token = value;
  if (option.check_name("--ca")) place.address.ca_file = value;
}

void step(Place& place, const std::string& word) {
  if (place.pending != nullptr) {
    if (word == "=") return;  // bash takes "--flag=value" apart
    note_value(place, *place.pending, word);
    place.pending = nullptr;
    return;
  }
  if (word.starts_with("-")) {
    const CLI::Option* option = find_option(*place.app, word);
    if (option == nullptr) return;
    place.given.push_back(option);
    const std::size_t equals = word.find('=');
    if (equals != std::string::npos) note_value(place, *option, word.substr(equals + 1));
    if (equals == std::string::npos && takes_value(*option)) place.pending = option;
    return;
  }
  for (const CLI::App* verb : place.app->get_subcommands({})) {
    if (verb->check_name(word)) {
      place.app = verb;
      place.positional = 0;
      return;
    }
  }
  ++place.positional;
}

void add_flags(const Place& place, std::vector<Candidate>& found) {
  for (const CLI::Option* option : place.app->get_options()) {
    const bool is_given = std::ranges::find(place.given, option) != place.given.end();
    if (option->get_positional() || (is_given && option->get_items_expected_max() <= 1)) continue;
    for (const std::string& name : option->get_lnames())
      found.push_back({"--" + name, option->get_description()});
  }
}

void add_values(const CLI::Option& option, const Place& place, const ListNames& names,
                std::vector<Candidate>& found, bool& files) {
  const std::string kind = kind_of(option);
  files = files || kind == kFileArgument;
  for (Candidate& choice : choices_of(option)) found.push_back(std::move(choice));
  for (Candidate& name : names(kind, place.address)) found.push_back(std::move(name));
}

std::vector<Candidate> items_of(const HttpClient& client, const std::string& target,
                                const char* name, const char* help) {
  std::vector<Candidate> found;
  const Response response = client.request("GET", target);
  if (response.status != 200) return found;
  const json document = json::parse(response.body);
  for (const json& item : document.at("items"))
    found.push_back({item.at(name).get<std::string>(), item.value(help, "")});
  return found;
}

template <typename Entries>
std::vector<Candidate> entries_of(const Entries& entries) {
  std::vector<Candidate> found;
  for (const auto& entry : entries) found.push_back({entry.name, entry.summary});
  return found;
}

// What needs no server, and otherwise what the server says.
std::vector<Candidate> names_of(const std::string& kind, const ServerAddress& address) {
  if (kind == kAlgorithmArgument) return entries_of(search::algorithm_registry());
  if (kind == kModelArgument) return entries_of(predictors::predictor_registry());
  if (kind == kMetricArgument) return entries_of(search::known_metrics());
  std::vector<Candidate> found;
  if (kind == kStateArgument) {
    for (const std::string& state : study_states()) found.push_back({state, ""});
    return found;
  }
  try {
    const HttpClient client(address.url, address.token, address.ca_file);
    if (kind == kStudyArgument)
      return items_of(client, "/v1/studies?page_size=200&fields=id,name", "id", "name");
    if (kind == kPredictorArgument)
      return items_of(client, "/v1/predictors?page_size=200&fields=name,metric", "name", "metric");
    if (kind == kImportArgument)
      return items_of(client, "/v1/imports?page_size=200&fields=id,name", "id", "name");
    if (kind == kSupernetArgument)
      return items_of(client, "/v1/supernets?page_size=1000&fields=name,summary", "name",
                      "summary");
  } catch (const std::exception&) {  // no server: those inside the binary are there all the same
  }
  if (kind == kSupernetArgument) {
    const auto library = evaluators::SupernetLibrary::builtin();
    for (const std::string& name : library.names())
      found.push_back({name, library.find(name)->supernet().summary});
  }
  return found;
}

}  // namespace

CLI::App& verb_of(CLI::App& root, const std::vector<std::string>& words) {
  Place place{.app = &root};
  for (const std::string& word : words) step(place, word);
  // The place is const because completion changes nothing; the same verb by its way from the root.
  CLI::App* verb = &root;
  while (verb != place.app) {
    for (CLI::App* inner : verb->get_subcommands({})) {
      const CLI::App* up = place.app;
      while (up != inner && up != nullptr) up = up->get_parent();
      if (up == inner) verb = inner;
    }
  }
  return *verb;
}

std::vector<Candidate> complete(const CLI::App& root, const std::vector<std::string>& words,
                                const ServerAddress& address, const ListNames& names, bool& files) {
  files = false;
  Place place{.app = &root, .address = address};
  std::string current = words.empty() ? "" : words.back();
  for (std::size_t i = 0; i + 1 < words.size(); ++i) step(place, words[i]);
  std::vector<Candidate> found;
  std::string before;  // of the current word, which is not completed
  if (place.pending != nullptr) {
    if (current == "=") current.clear();
    add_values(*place.pending, place, names, found, files);
  } else if (current.starts_with("--") && current.find('=') != std::string::npos) {
    before = current.substr(0, current.find('=') + 1);
    if (const CLI::Option* option = find_option(*place.app, current))
      add_values(*option, place, names, found, files);
  } else if (current.starts_with("-")) {
    add_flags(place, found);
  } else {
    for (const CLI::App* verb : place.app->get_subcommands({}))
      found.push_back({verb->get_name(), verb->get_description()});
    std::size_t at = 0;
    for (const CLI::Option* option : place.app->get_options()) {
      if (option->get_positional() && at++ == place.positional)
        add_values(*option, place, names, found, files);
    }
  }
  for (Candidate& candidate : found) candidate.text.insert(0, before);
  std::erase_if(found, [&](const Candidate& one) { return !one.text.starts_with(current); });
  return found;
}

int print_completions(const CLI::App& root, const std::vector<std::string>& words,
                      const ServerAddress& address) {
  alarm(2);
  bool files = false;
  for (const auto& [text, help] : complete(root, words, address, &names_of, files)) {
    std::string line = help.substr(0, 100);
    std::ranges::replace(line, '\n', ' ');
    std::cout << text << "\t" << line << "\n";
  }
  if (files) std::cout << ":files\n";
  return kDone;
}

std::optional<std::string> completion_script(const std::string& shell) {
  if (shell == "bash") return kBash;
  if (shell == "zsh") return kZsh;
  if (shell == "fish") return kFish;
  return std::nullopt;
}

void add_completion_verb(Verbs& verbs) {
  auto shell = std::make_shared<std::string>();
  verbs
      .add("completion", "what a shell needs to complete verbs, flags and names",
           [shell] {
             std::cout << *completion_script(*shell);
             return kDone;
           })
      ->add_option("shell", *shell, "whose")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
}

}  // namespace quarry::server
