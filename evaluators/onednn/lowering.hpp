// The state of one compilation: which values exist in which form, and what turns one form into
// another. The rules of the operator kinds, lower_*.cpp, ask it for their inputs in the type they
// compute with; conversions appear only where producer and consumer disagree.
#pragma once

#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <vector>

#include "evaluators/onednn/fusion.hpp"
#include "evaluators/onednn/primitives.hpp"
#include "evaluators/onednn/program.hpp"
#include "evaluators/onednn/weight_cache.hpp"

namespace quarry::evaluators {

// The reason a network cannot be compiled, on its way to CompileResult.
struct CompileFailure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The type in which a value is held. kU8 is what INT8 operators read.
enum class Form { kF32, kBf16, kU8 };

DataType data_type(Form form);
// What an operator of this precision reads.
Form form_of(search::Precision precision);

inline dnnl::memory::dim dim(std::size_t size) { return static_cast<dnnl::memory::dim>(size); }

class Lowering {
 public:
  // With a book it only plans: no weights are read, nothing is packed, and every range is the
  // plausible one.
  Lowering(const search::Network& network, const WeightSource& weights,
           const Calibration& calibration, const CompileOptions& options, WeightCache& cache,
           PrimitiveBook* book = nullptr);

  std::unique_ptr<CompiledNetwork> compile();
  std::vector<CompiledStep> plan_steps();

  // ------------------------------------------------------------------ what a rule reads

  const search::Network& network() const { return network_; }
  const search::Operator& op() const { return network_.operators[current_]; }
  std::size_t current() const { return current_; }
  std::size_t input(std::size_t which = 0) const { return op().inputs[which]; }
  const search::TensorShape& shape_of(std::size_t index) const;
  const CompileOptions& options() const { return builder_.options(); }
  std::size_t batch() const { return builder_.options().batch; }
  bool is_image(std::size_t index) const;

  const dnnl::engine& engine() const { return builder_.engine(); }
  const PrimitiveMaker& maker() const { return maker_; }
  bool plans_only() const { return maker_.book != nullptr; }
  ProgramBuilder& builder() { return builder_; }
  WeightCache& cache() { return cache_; }
  const WeightSource& weights() const { return weights_; }
  FusionPlan& plan() { return plan_; }

  // The current operator cannot be run: why.
  [[noreturn]] void refuse(const std::string& why) const;

  // ------------------------------------------------------------------ values

  // All of a value as [rows, features]: an image's features are its channels, stored last.
  Dims matrix_dims(std::size_t index) const;
  dnnl::memory::desc matrix(std::size_t index, Form form) const;
  // An image as [batch, channels, height, width].
  dnnl::memory::desc image(std::size_t index, Form form) const;

  // The form in which the value is best written: what all who read it want.
  Form wanted(std::size_t index) const { return wanted_[index]; }
  // Every form that somebody reads; the form it is best written in first.
  std::vector<Form> read_forms(std::size_t index) const;

  // A new buffer that the next step fills with the value.
  BufferId make_value(std::size_t index, Form form);
  // The buffer that holds the value, converting it if need be.
  BufferId value(std::size_t index, Form form);
  // The form in which the value is there already, the widest first.
  std::optional<Form> present(std::size_t index) const;
  void set_value(std::size_t index, Form form, BufferId buffer);

  // The features `range` of a value, as a dense tensor of their own.
  BufferId part(std::size_t index, const search::Range& range, Form form);
  BufferId make_part(std::size_t index, const search::Range& range, Form form);

  // How a value is stored as u8; refuses the current operator where it was not calibrated.
  ActivationScale scale_of(std::size_t index) const;

  // ------------------------------------------------------------------ steps and weights

  void add_step(const std::string& part, const Primitive& primitive,
                std::vector<BufferArgument> arguments,
                std::vector<ConstantArgument> constants = {});
  void add_loop(const std::string& part, std::vector<BufferId> buffers, HostLoop loop);
  void add_reorder(const std::string& part, BufferId from, const dnnl::memory::desc& source,
                   BufferId to, const dnnl::memory::desc& destination, std::size_t from_offset = 0,
                   std::size_t to_offset = 0);

  // Refuses the current operator where the source does not have it. Nothing for a slice without a
  // name.
  std::vector<float> read(const search::WeightSlice& slice) const;

 private:
  using Key = std::tuple<std::size_t, std::size_t, std::size_t, Form>;  // value, features, form
  Key whole(std::size_t index, Form form) const;
  dnnl::memory::desc features(std::size_t index, std::size_t width, Form form) const;
  std::optional<Form> present(const Key& key) const;
  std::optional<Form> wanted_by(std::size_t reader, std::size_t value) const;
  bool can_be_written(std::size_t index, Form form) const;
  void choose_forms();
  BufferId lower_all();
  void lower_operator();
  BufferId network_input(Form form);
  BufferId converted(const Key& from, const Key& to);
  BufferId caller_layout(std::size_t index);

  const search::Network& network_;
  const WeightSource& weights_;
  const Calibration& calibration_;
  WeightCache& cache_;
  ProgramBuilder builder_;
  PrimitiveMaker maker_;
  FusionPlan plan_;
  std::vector<std::vector<std::size_t>> readers_;
  std::vector<Form> wanted_;
  std::size_t current_ = 0;
  BufferId input_ = 0;
  std::map<Key, BufferId> values_;
};

// The rules, one per operator kind: a kind without one does not compile.
void lower(Lowering& state, const search::Add& kind);
void lower(Lowering& state, const search::Multiply& kind);
void lower(Lowering& state, const search::Activate& kind);
void lower(Lowering& state, const search::Concatenate& kind);
void lower(Lowering& state, const search::Softmax& kind);
void lower(Lowering& state, const search::LayerNorm& kind);
void lower(Lowering& state, const search::Linear& kind);
void lower(Lowering& state, const search::Convolution& kind);
void lower(Lowering& state, const search::Pool& kind);
void lower(Lowering& state, const search::GlobalAverage& kind);
void lower(Lowering& state, const search::Patchify& kind);
void lower(Lowering& state, const search::Tokens& kind);
void lower(Lowering& state, const search::TokenEmbedding& kind);
void lower(Lowering& state, const search::PositionEmbedding& kind);
void lower(Lowering& state, const search::ClassToken& kind);
void lower(Lowering& state, const search::TokenMean& kind);
void lower(Lowering& state, const search::TakeToken& kind);
void lower(Lowering& state, const search::AttentionScores& kind);
void lower(Lowering& state, const search::AttentionContext& kind);
void lower(Lowering& state, const search::HeadProduct& kind);
void lower(Lowering& state, const search::SpectralMix& kind);
void lower(Lowering& state, const search::SpanConvolution& kind);
void lower(Lowering& state, const search::Cache& kind);

}  // namespace quarry::evaluators
