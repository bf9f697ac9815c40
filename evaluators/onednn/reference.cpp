// Tested by tests/evaluators/reference_test.cpp.
#include "evaluators/onednn/reference.hpp"

#include <algorithm>
#include <vector>

#include "evaluators/onednn/program.hpp"

namespace quarry::evaluators {

std::unique_ptr<CompiledNetwork> make_reference_network(int threads) {
  constexpr dnnl::memory::dim kRows = 784;
  constexpr dnnl::memory::dim kWidth = 64;
  constexpr dnnl::memory::dim kHidden = 256;
  ProgramBuilder builder({.batch = 1, .threads = threads});
  const dnnl::memory::desc narrow = dense({kRows, kWidth}, DataType::f32);
  const dnnl::memory::desc wide = dense({kRows, kHidden}, DataType::f32);
  const BufferId input = builder.new_buffer(narrow.get_size());
  const BufferId hidden = builder.new_buffer(wide.get_size());
  const BufferId mixed = builder.new_buffer(narrow.get_size());
  const BufferId sum = builder.new_buffer(narrow.get_size());
  const BufferId normalised = builder.new_buffer(narrow.get_size());
  const BufferId output = builder.new_buffer(narrow.get_size());

  const auto constant = [&](const Dims& dims, dnnl::memory::dim size, float value) {
    return builder.constant(dims, std::vector<float>(static_cast<std::size_t>(size), value));
  };
  const auto add_linear = [&](const char* name, const LinearShape& shape, BufferId from,
                              const dnnl::memory::desc& from_shape, BufferId to,
                              const dnnl::memory::desc& to_shape) {
    const Primitive linear = make_linear(builder.engine(), shape);
    const dnnl::memory weights =
        constant({shape.inputs, shape.outputs}, shape.inputs * shape.outputs, 0.01F);
    builder.add_step({.operator_name = name, .part = "product"}, linear,
                     {{DNNL_ARG_SRC, from, from_shape}, {DNNL_ARG_DST, to, to_shape}},
                     {{DNNL_ARG_WEIGHTS, builder.converted(weights, linear.weights)},
                      {DNNL_ARG_BIAS, constant({1, shape.outputs}, shape.outputs, 0.1F)}});
  };
  add_linear("widen",
             {.rows = kRows,
              .inputs = kWidth,
              .outputs = kHidden,
              .activation = search::Activation::kRelu},
             input, narrow, hidden, wide);
  add_linear("narrow", {.rows = kRows, .inputs = kHidden, .outputs = kWidth}, hidden, wide, mixed,
             narrow);
  builder.add_step({.operator_name = "residual", .part = "add"},
                   make_add(builder.engine(), narrow, narrow, narrow),
                   {{DNNL_ARG_SRC_0, input, narrow},
                    {DNNL_ARG_SRC_1, mixed, narrow},
                    {DNNL_ARG_DST, sum, narrow}},
                   {});
  builder.add_step({.operator_name = "norm", .part = "normalise"},
                   make_layer_norm(builder.engine(), narrow, 1e-5F),
                   {{DNNL_ARG_SRC, sum, narrow}, {DNNL_ARG_DST, normalised, narrow}},
                   {{DNNL_ARG_SCALE, constant({kWidth}, kWidth, 1.0F)},
                    {DNNL_ARG_SHIFT, constant({kWidth}, kWidth, 0.0F)}});
  const dnnl::memory::desc transposed = strided({kRows, kWidth}, DataType::f32, {1, kRows});
  builder.add_step({.operator_name = "transpose", .part = "transpose"},
                   make_reorder(builder.engine(), narrow, transposed),
                   {{DNNL_ARG_FROM, normalised, narrow}, {DNNL_ARG_TO, output, transposed}}, {});
  std::unique_ptr<CompiledNetwork> reference = builder.finish(input, output, {});
  // Not constant rows: a norm of equal numbers would divide nothing by nearly nothing.
  float value = 0.0F;
  for (float& element : reference->input()) {
    value = value < 1.0F ? value + 0.37F : value - 0.99F;
    element = value;
  }
  return reference;
}

}  // namespace quarry::evaluators
