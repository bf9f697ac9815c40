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

std::string size_text(double size) {
  return size < 1e6 ? fmt::format("{:.0f}", size) : fmt::format("{:.3g}", size);
}

void print_facts(const search::Supernet& supernet) {
  const search::SupernetFacts facts = search::facts_of(supernet);
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

int list_supernets() {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  for (const std::string& name : library.names()) {
    const search::Supernet& supernet = library.find(name)->supernet();
    fmt::print("{:<36} {:>4} genes  {}\n", name, supernet.space.size(), supernet.summary);
  }
  fmt::print("'quarry supernets show NAME' says more.\n");
  return 0;
}

int show_supernet(const std::string& name) {
  const evaluators::SupernetLibrary library = evaluators::SupernetLibrary::builtin();
  if (const evaluators::LoadedSupernet* found = library.find(name)) {
    print_facts(found->supernet());
    return 0;
  }
  const std::vector<std::string> names = library.names();
  std::cerr << "quarry supernets: there is no built-in supernet " << name
            << search::did_you_mean(name, names) << "; there are " << search::one_of(names) << "\n";
  return 1;
}

int check_supernet(const std::string& path) {
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
  print_facts(*supernet);
  return 0;
}

int print_manifest_schema() {
  fmt::print("{}\n", search::manifest_schema().dump(2));
  return 0;
}

int add_supernet(const HttpClient& client, const std::string& path) {
  const std::optional<std::string> text = read_input("supernets", path);
  if (!text) return 1;
  const Response response = client.request("POST", "/v1/supernets", *text);
  if (response.status >= 300) {
    print_problem(response);
    return 1;
  }
  fmt::print("{}\n", nlohmann::json::parse(response.body)["name"].get<std::string>());
  return 0;
}

}  // namespace quarry::server
