// quarry supernets: what there is, whether a manifest is sound, and sending one to a server.
#include <fmt/format.h>

#include <iostream>
#include <nlohmann/json.hpp>

#include "evaluators/supernet_library.hpp"
#include "search/supernets/facts.hpp"
#include "search/supernets/schema.hpp"
#include "server/cli/commands.hpp"
#include "server/cli/input.hpp"

namespace quarry::server {
namespace {

using nlohmann::json;

std::string size_text(double size) {
  return size < 1e6 ? fmt::format("{:.0f}", size) : fmt::format("{:.3g}", size);
}

json facts_json(const search::Supernet& supernet, const search::SupernetFacts& facts) {
  json networks = json::array();
  for (const search::NetworkFacts& network : facts.networks) {
    networks.push_back({{"name", network.name},
                        {"operators", network.operators},
                        {"macs", network.macs},
                        {"params", network.params},
                        {"model_size_bytes", network.model_size_bytes},
                        {"peak_activation_bytes", network.peak_activation_bytes}});
  }
  return {{"name", supernet.name},
          {"summary", supernet.summary},
          {"genes", facts.genes},
          {"raw_size", facts.raw_size},
          {"canonical_size", facts.canonical_size ? json(*facts.canonical_size) : json(nullptr)},
          {"macs_convention", search::to_text(supernet.metrics.convention)},
          {"networks", std::move(networks)}};
}

void print_facts(const search::Supernet& supernet, bool as_json) {
  const search::SupernetFacts facts = search::facts_of(supernet);
  if (as_json) {
    fmt::print("{}\n", facts_json(supernet, facts).dump(2));
    return;
  }
  fmt::print("{}\n  {}\n", supernet.name, supernet.summary);
  fmt::print("  {} genes, {} genomes, {} networks\n\n", facts.genes, size_text(facts.raw_size),
             facts.canonical_size ? size_text(*facts.canonical_size) : "too many to count");
  fmt::print("  {:<24} {:>9} {:>15} {:>13} {:>14} {:>15}\n", "network", "operators",
             fmt::format("MACs ({})", search::to_text(supernet.metrics.convention)), "params",
             "bytes", "peak activation");
  for (const search::NetworkFacts& network : facts.networks) {
    fmt::print("  {:<24} {:>9} {:>15} {:>13} {:>14} {:>15}\n", network.name, network.operators,
               network.macs, network.params, network.model_size_bytes,
               network.peak_activation_bytes);
  }
}

}  // namespace

int list_supernets(bool as_json) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  if (as_json) {
    json items = json::array();
    for (const std::string& name : library.names()) {
      const search::Supernet& supernet = library.find(name)->supernet();
      items.push_back(
          {{"name", name}, {"summary", supernet.summary}, {"genes", supernet.space.size()}});
    }
    fmt::print("{}\n", items.dump(2));
    return kDone;
  }
  for (const std::string& name : library.names()) {
    const search::Supernet& supernet = library.find(name)->supernet();
    fmt::print("{:<36} {:>4} genes  {}\n", name, supernet.space.size(), supernet.summary);
  }
  fmt::print("'quarry supernets show NAME' says more.\n");
  return 0;
}

int show_supernet(const std::string& name, bool as_json) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  if (const evaluators::LoadedSupernet* found = library.find(name)) {
    print_facts(found->supernet(), as_json);
    return kDone;
  }
  const std::vector<std::string> names = library.names();
  std::cerr << "quarry supernets: there is no built-in supernet " << name
            << search::did_you_mean(name, names) << "; there are " << search::one_of(names) << "\n";
  return kNotThere;
}

int check_supernet(const std::string& path, bool as_json) {
  const std::optional<std::string> text = read_input("supernets", path);
  if (!text) return 1;
  search::FieldErrors errors;
  const std::optional<search::Supernet> supernet = search::load_manifest(*text, errors);
  for (const search::FieldError& error : errors)
    std::cerr << (path == "-" ? "stdin" : path) << " " << error.pointer
              << (error.pointer.empty() ? "" : ": ") << error.detail << "\n";
  if (!supernet) {
    std::cerr << errors.size() << (errors.size() == 1 ? " mistake\n" : " mistakes\n");
    return 1;
  }
  print_facts(*supernet, as_json);
  return 0;
}

int print_manifest_schema() {
  fmt::print("{}\n", search::manifest_schema().dump(2));
  return 0;
}

int add_supernet(const HttpClient& client, const std::string& path, bool as_json) {
  const std::optional<std::string> text = read_input("supernets", path);
  if (!text) return 1;
  const Response response = client.request("POST", "/v1/supernets", *text);
  if (response.status >= 300) return refuse(response);
  const json added = json::parse(response.body);
  fmt::print("{}\n", as_json ? added.dump(2) : added["name"].get<std::string>());
  return 0;
}

}  // namespace quarry::server
