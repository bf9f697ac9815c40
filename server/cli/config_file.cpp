// Tested by tests/server/config_file_test.cpp and, in the whole command, by
// tests/e2e/command_test.cpp.
#include "server/cli/config_file.hpp"

#include <sys/stat.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <vector>

namespace quarry::server {
namespace {

// Keys outside any section: flags of many verbs.
constexpr std::array<const char*, 4> kShared = {"url", "token", "ca", "data"};

CLI::Option* option_of(CLI::App& verb, const std::string& name) {
  CLI::Option* option = verb.get_option_no_throw("--" + name);
  // The worker calls its server so.
  return option == nullptr && name == "url" ? verb.get_option_no_throw("--server") : option;
}

void set_default(CLI::Option& option, const CLI::ConfigItem& item) {
  std::string value = item.inputs.size() == 1 ? item.inputs.front() : "[";
  for (std::size_t i = 0; i < item.inputs.size() && item.inputs.size() > 1; ++i)
    value += (i == 0 ? "" : ",") + item.inputs[i];
  if (item.inputs.size() > 1) value += "]";
  option.run_callback_for_default();
  option.default_val(value);
  // Help shows defaults.
  if (item.name == "token") option.default_str("");
}

std::vector<std::string> flags_of(const CLI::App& verb) {
  std::vector<std::string> names;
  for (const CLI::Option* option : verb.get_options()) {
    for (const std::string& name : option->get_lnames()) {
      if (name != "help") names.push_back(name);
    }
  }
  return names;
}

std::vector<std::string> verbs_of(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* verb : app.get_subcommands({})) names.push_back(verb->get_name());
  return names;
}

void apply_shared(const CLI::ConfigItem& item, CLI::App& chosen, search::FieldErrors& errors) {
  const std::vector<std::string> known(kShared.begin(), kShared.end());
  if (std::ranges::find(known, item.name) == known.end()) {
    errors.push_back({item.name, "is no setting" + search::did_you_mean(item.name, known) +
                                     "; known are " + search::one_of(known) +
                                     ", and the flags of a verb in a section [VERB]"});
    return;
  }
  if (CLI::Option* option = option_of(chosen, item.name)) set_default(*option, item);
}

void apply_in_section(const CLI::ConfigItem& item, CLI::App& root, const CLI::App& chosen,
                      search::FieldErrors& errors) {
  CLI::App* verb = &root;
  std::string section;
  for (const std::string& parent : item.parents) {
    section += (section.empty() ? "" : ".") + parent;
    CLI::App* inner = nullptr;
    for (CLI::App* one : verb->get_subcommands({})) inner = one->check_name(parent) ? one : inner;
    if (inner == nullptr) {
      errors.push_back({section, "is no verb" + search::did_you_mean(parent, verbs_of(*verb))});
      return;
    }
    verb = inner;
  }
  CLI::Option* option = option_of(*verb, item.name);
  if (option == nullptr) {
    errors.push_back(
        {section + "." + item.name,
         "is no flag of this verb" + search::did_you_mean(item.name, flags_of(*verb))});
    return;
  }
  if (verb == &chosen) set_default(*option, item);
}

// A token that others can read is no secret; the file is used all the same.
void warn_of_readers(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && (status.st_mode & 077U) != 0)
    std::cerr << "quarry: " << path << " holds a token and can be read by others: chmod 600 it\n";
}

}  // namespace

std::string config_path(bool& is_named) {
  const auto variable = [](const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? std::string() : std::string(value);
  };
  const std::string named = variable("QUARRY_CONFIG");
  is_named = !named.empty();
  if (is_named) return named;
  const std::string folder = variable("XDG_CONFIG_HOME");
  if (!folder.empty()) return folder + "/quarry/config.toml";
  const std::string home = variable("HOME");
  return home.empty() ? "" : home + "/.config/quarry/config.toml";
}

search::FieldErrors apply_config(const std::string& path, bool is_named, CLI::App& root,
                                 CLI::App& chosen) {
  search::FieldErrors errors;
  std::ifstream file(path);
  if (!file) {
    if (is_named) errors.push_back({"", "cannot be read"});
    return errors;
  }
  std::vector<CLI::ConfigItem> items;
  try {
    items = CLI::ConfigTOML().from_config(file);
  } catch (const CLI::Error& error) {
    return {{"", error.what()}};
  }
  for (const CLI::ConfigItem& item : items) {
    if (item.name == "++" || item.name == "--") continue;  // a section's begin and end
    try {
      if (item.name == "token") warn_of_readers(path);
      if (item.parents.empty()) {
        apply_shared(item, chosen, errors);
      } else {
        apply_in_section(item, root, chosen, errors);
      }
    } catch (const CLI::Error& error) {
      errors.push_back({item.fullname(), error.what()});
    }
  }
  return errors;
}

std::string meant_instead(const CLI::App& root, const std::string& word) {
  const CLI::App* verb = &root;
  for (const auto chosen = [&] { return verb->get_subcommands(); }; !chosen().empty();)
    verb = chosen().front();
  if (!word.starts_with("--")) return search::did_you_mean(word, verbs_of(*verb));
  std::vector<std::string> flags;
  for (const std::string& name : flags_of(*verb)) flags.push_back("--" + name);
  return search::did_you_mean(word.substr(0, word.find('=')), flags);
}

}  // namespace quarry::server
