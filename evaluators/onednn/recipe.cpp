// Tested by tests/evaluators/step_plan_test.cpp.
#include "evaluators/onednn/recipe.hpp"

#include <algorithm>

#include "evaluators/onednn/primitives.hpp"

namespace quarry::evaluators {
namespace {

using dnnl::memory;

const char* name_of(dnnl_data_type_t type) {
  switch (type) {
    case dnnl_f32:
      return "f32";
    case dnnl_bf16:
      return "bf16";
    case dnnl_u8:
      return "u8";
    case dnnl_s8:
      return "s8";
    default:
      return "other";
  }
}

const char* name_of(DataType type) { return name_of(memory::convert_to_c(type)); }

void append_sizes(std::string& text, const dnnl_dim_t* sizes, int count) {
  for (int i = 0; i < count; ++i) {
    if (i > 0) text += "x";
    text += std::to_string(sizes[i]);
  }
}

void append_types(std::string& text, const ProductTypes& types) {
  text += name_of(types.source);
  text += "*";
  text += name_of(types.weights);
  text += "->";
  text += name_of(types.destination);
}

bool is_not(float value, float neutral) { return value < neutral || value > neutral; }

void append_epilogue(std::string& text, const Epilogue& epilogue) {
  const auto append = [&](search::Activation activation) {
    if (activation == search::Activation::kNone) return;
    text += " ";
    text += search::to_text(activation);
  };
  if (!epilogue.output_scales.empty()) text += " scales";
  append(epilogue.activation);
  if (epilogue.sum_scale) text += is_not(epilogue.sum_shift, 0.0F) ? " sum shift" : " sum";
  if (epilogue.sum_scale) append(epilogue.after_sum);
  if (is_not(epilogue.final_scale, 1.0F) || is_not(epilogue.final_shift, 0.0F)) text += " final";
}

bool is_row_major(const dnnl_memory_desc_t& layout) {
  if (layout.format_kind != dnnl_blocked || layout.format_desc.blocking.inner_nblks > 0)
    return false;
  dnnl_dim_t stride = 1;
  for (int i = layout.ndims; i-- > 0;) {
    if (layout.dims[i] > 1 && layout.format_desc.blocking.strides[i] != stride) return false;
    stride *= layout.dims[i];
  }
  return true;
}

}  // namespace

std::string to_text(const memory::desc& layout) {
  const dnnl_memory_desc_t& data = layout.data;
  std::string text = name_of(data.data_type);
  text += "[";
  append_sizes(text, data.dims, data.ndims);
  text += "]";
  if (is_row_major(data) || data.format_kind != dnnl_blocked) return text;
  const dnnl_blocking_desc_t& blocking = data.format_desc.blocking;
  text += "by";
  append_sizes(text, blocking.strides, data.ndims);
  for (int i = 0; i < blocking.inner_nblks; ++i) {
    text += i == 0 ? "," : "";
    text += std::to_string(blocking.inner_blks[i]);
    text += static_cast<char>('a' + blocking.inner_idxs[i]);
  }
  return text;
}

Recipe recipe_of(const LinearShape& shape) {
  Recipe recipe{.kind = "linear "};
  append_types(recipe.kind, shape.types);
  if (shape.bias) recipe.kind += " bias";
  append_epilogue(recipe.kind, shape.epilogue);
  const dnnl_dim_t sizes[] = {shape.rows, shape.inputs, shape.outputs};
  append_sizes(recipe.shape, sizes, 3);
  recipe.macs = shape.rows * shape.inputs * shape.outputs;
  return recipe;
}

Recipe recipe_of(const ConvolutionShape& shape, const char* algorithm) {
  const bool depthwise = shape.groups > 1 && shape.groups == shape.in_channels;
  Recipe recipe{.kind = depthwise ? std::string("depthwise ") : std::string(algorithm) + " "};
  append_types(recipe.kind, shape.types);
  recipe.kind += " k" + std::to_string(shape.kernel) + " s" + std::to_string(shape.stride);
  if (shape.source_zero_point != 0) recipe.kind += " zero";
  append_epilogue(recipe.kind, shape.epilogue);
  const dnnl_dim_t from[] = {shape.batch, shape.in_channels, shape.height, shape.width};
  const dnnl_dim_t to[] = {shape.out_channels, shape.out_height, shape.out_width};
  append_sizes(recipe.shape, from, 4);
  recipe.shape += "->";
  append_sizes(recipe.shape, to, 3);
  recipe.shape += " p" + std::to_string(shape.padding) + " g" + std::to_string(shape.groups);
  recipe.macs = shape.batch * shape.out_channels * shape.out_height * shape.out_width *
                (shape.in_channels / shape.groups) * shape.kernel * shape.kernel;
  return recipe;
}

Recipe recipe_of(const PoolShape& shape) {
  Recipe recipe = pass_recipe(shape.kind == search::PoolKind::kMax ? "max" : "average",
                              {shape.source, shape.destination});
  const auto append = [&](const char* name, const Dims& sizes) {
    recipe.shape += name;
    append_sizes(recipe.shape, sizes.data(), static_cast<int>(sizes.size()));
  };
  append(" k", shape.kernel);
  append(" s", shape.strides);
  append(" p", shape.padding);
  return recipe;
}

Recipe product_recipe(const memory::desc& a, const memory::desc& b,
                      const memory::desc& destination) {
  Recipe recipe{.kind = "product "};
  append_types(
      recipe.kind,
      {.source = a.data_type(), .weights = b.data_type(), .destination = destination.data_type()});
  recipe.shape = to_text(a) + "*" + to_text(b) + "->" + to_text(destination);
  recipe.macs = a.data.dims[a.data.ndims - 1];
  for (int i = 0; i < destination.data.ndims; ++i) recipe.macs *= destination.data.dims[i];
  return recipe;
}

Recipe pass_recipe(const std::string& name, std::initializer_list<memory::desc> tensors) {
  Recipe recipe{.kind = name};
  for (const memory::desc& tensor : tensors) {
    recipe.kind += " ";
    recipe.kind += name_of(tensor.data.data_type);
    if (!recipe.shape.empty()) recipe.shape += ",";
    recipe.shape += to_text(tensor);
  }
  return recipe;
}

}  // namespace quarry::evaluators
