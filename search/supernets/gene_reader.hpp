// Reads a manifest's "parameters": the genes in order, when they are alive, and which of their
// choices are the same. Format: search/supernets/README.md.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "search/core/search_space.hpp"
#include "search/supernets/field_error.hpp"

namespace quarry::search {

// Nothing, and every mistake in `errors`, when anything is wrong.
std::optional<SearchSpace> read_genes(const nlohmann::json& list, const std::string& pointer,
                                      FieldErrors& errors);

// "depth" or "d[2]" among these parameters. member is absent for a list as a whole.
struct GeneName {
  const Parameter* parameter = nullptr;
  std::optional<std::size_t> member;
  std::size_t gene() const { return parameter->first_gene + member.value_or(0); }
  // A single gene: the parameter is no list, or a member is named.
  bool is_single() const { return member.has_value() || !parameter->is_list; }
};

// Nothing, and why at `pointer`, when there is no such gene.
std::optional<GeneName> find_gene(const std::vector<Parameter>& parameters, const std::string& text,
                                  const std::string& pointer, FieldErrors& errors);

std::string indexed_pointer(const std::string& pointer, std::size_t index);

}  // namespace quarry::search
