// Builds a Network operator by operator; each call appends one and returns its index. Blocks use
// nothing else.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "search/network/network.hpp"

namespace quarry::search {

class NetworkBuilder {
 public:
  explicit NetworkBuilder(TensorShape input, std::size_t vocabulary = 0) {
    network_.input = std::move(input);
    network_.vocabulary = vocabulary;
  }

  // What the next block reads: the last operator's output, or the network's input.
  std::size_t current() const { return current_; }
  const TensorShape& shape(std::size_t index) const;
  const TensorShape& current_shape() const { return shape(current_); }

  std::size_t append(Operator op);
  std::size_t linear(const std::string& name, std::size_t input, Linear linear,
                     Precision precision);
  // Normalises the last axis with the first entries of NAME.weight and NAME.bias.
  std::size_t layer_norm(const std::string& name, std::size_t input, double epsilon = 1e-5);
  std::size_t add(const std::string& name, std::size_t a, std::size_t b);

  // Remembers what current() is, for a later block that reads more than what came last.
  void mark(const std::string& name) { marks_[name].push_back(current_); }
  std::span<const std::size_t> marked(const std::string& name) const;
  // The next block reads the network's input again: it embeds the decoder's tokens.
  void begin_decoder();
  bool in_decoder() const { return network_.decoder_begin.has_value(); }

  std::size_t vocabulary() const { return network_.vocabulary; }
  const TensorShape& network_input() const { return network_.input; }
  bool reads_token_numbers() const { return network_.vocabulary > 0 && current_ == kNetworkInput; }
  std::size_t size() const { return network_.operators.size(); }
  // Renames tensors of the operators from `first` on: each name is replaced by what `rename` says.
  void rename_tensors(std::size_t first,
                      const std::function<std::string(const std::string&)>& rename);

  Network take() { return std::move(network_); }

 private:
  Network network_;
  std::size_t current_ = kNetworkInput;
  std::map<std::string, std::vector<std::size_t>> marks_;
};

// The first `count` entries of a one-dimensional tensor.
WeightSlice first_entries(const std::string& tensor, std::size_t count);
// The first rows and columns of a matrix.
WeightSlice first_block(const std::string& tensor, std::size_t rows, std::size_t columns);

}  // namespace quarry::search
