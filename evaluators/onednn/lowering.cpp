// Values and conversions. Tested by tests/evaluators/compiler_*_test.cpp.
#include "evaluators/onednn/lowering.hpp"

#include <algorithm>

#include "evaluators/onednn/calibration.hpp"
#include "evaluators/onednn/host_kernels.hpp"
#include "evaluators/onednn/onednn_info.hpp"

namespace quarry::evaluators {

using dnnl::memory;
using search::kNetworkInput;
using search::Network;
using search::Operator;
using search::Precision;

namespace {

template <typename Kind>
bool is(const Operator& op) {
  return std::holds_alternative<Kind>(op.kind);
}

bool takes_images(const Operator& op) {
  return is<search::Convolution>(op) || is<search::Pool>(op) || is<search::GlobalAverage>(op) ||
         is<search::Tokens>(op);
}

// What leaves the numbers as they are: its output is stored as u8 as its input is.
bool keeps_numbers(const Operator& op) {
  const auto* pool = std::get_if<search::Pool>(&op.kind);
  return is<search::Tokens>(op) || is<search::Patchify>(op) || is<search::TakeToken>(op) ||
         (pool != nullptr && pool->kind == search::PoolKind::kMax);
}

}  // namespace

DataType data_type(Form form) {
  return form == Form::kF32 ? DataType::f32 : form == Form::kBf16 ? DataType::bf16 : DataType::u8;
}

Form form_of(Precision precision) {
  if (is_integer(precision)) return Form::kU8;
  return precision == Precision::kBf16 ? Form::kBf16 : Form::kF32;
}

Lowering::Lowering(const Network& network, const WeightSource& weights,
                   const Calibration& calibration, const CompileOptions& options,
                   WeightCache& cache, PrimitiveBook* book)
    : network_(network),
      weights_(weights),
      calibration_(calibration),
      cache_(cache),
      builder_(options, book != nullptr),
      maker_(builder_.engine(), book),
      plan_(options.keep_activations ? plan_without_fusion(network) : plan_fusion(network)),
      readers_(readers_of(network)) {
  choose_forms();
}

// Gives the buffer of the result.
BufferId Lowering::lower_all() {
  const std::size_t count = network_.operators.size();
  input_ = builder_.new_buffer(network_.input.elements() * batch() * sizeof(float));
  for (current_ = 0; current_ < count; ++current_) {
    if (plan_.made_by[current_] == current_) lower_operator();
  }
  current_ = count - 1;
  return caller_layout(current_);
}

std::vector<CompiledStep> Lowering::plan_steps() {
  lower_all();
  return builder_.take_descriptions();
}

std::unique_ptr<CompiledNetwork> Lowering::compile() {
  const BufferId output = lower_all();
  std::map<std::string, BufferId> named;
  for (std::size_t i = 0; i < network_.operators.size(); ++i) {
    const auto found = values_.find(whole(memory_of(network_, i), Form::kF32));
    if (found != values_.end()) named[network_.operators[i].name] = found->second;
  }
  return builder_.finish(input_, output, named);
}

void Lowering::lower_operator() {
  try {
    std::visit([this](const auto& kind) { lower(*this, kind); }, op().kind);
  } catch (const dnnl::error& error) {
    refuse(std::string("oneDNN cannot run it here: ") + error.what());
  }
}

void Lowering::refuse(const std::string& why) const {
  throw CompileFailure("operator " + op().name + " (" +
                       std::string(search::to_text(op().precision)) + "): " + why);
}

// ------------------------------------------------------------------ shapes

const search::TensorShape& Lowering::shape_of(std::size_t index) const {
  return index == kNetworkInput ? network_.input : network_.operators[index].output;
}

bool Lowering::is_image(std::size_t index) const {
  if (shape_of(index).sizes.size() != 3) return false;
  if (index == kNetworkInput) {
    return std::ranges::any_of(network_.operators, [](const Operator& reader) {
      return std::ranges::count(reader.inputs, kNetworkInput) > 0 && takes_images(reader);
    });
  }
  const Operator& producer = network_.operators[index];
  if (is<search::Convolution>(producer) || is<search::Pool>(producer)) return true;
  const bool passes = is<search::Add>(producer) || is<search::Multiply>(producer) ||
                      is<search::Activate>(producer) || is<search::Concatenate>(producer);
  return passes && is_image(producer.inputs[0]);
}

Dims Lowering::matrix_dims(std::size_t index) const {
  const search::TensorShape& shape = shape_of(index);
  const std::size_t features = is_image(index) ? shape.sizes.front() : shape.sizes.back();
  return {dim(batch() * shape.elements() / features), dim(features)};
}

memory::desc Lowering::matrix(std::size_t index, Form form) const {
  return dense(matrix_dims(index), data_type(form));
}

memory::desc Lowering::image(std::size_t index, Form form) const {
  const std::vector<std::size_t>& sizes = shape_of(index).sizes;
  if (!is_image(index)) refuse("it reads or makes an image, which this is not");
  return channels_last({dim(batch()), dim(sizes[0]), dim(sizes[1]), dim(sizes[2])},
                       data_type(form));
}

memory::desc Lowering::features(std::size_t index, std::size_t width, Form form) const {
  return dense({matrix_dims(index)[0], dim(width)}, data_type(form));
}

// ------------------------------------------------------------------ forms

// Nothing where any form will do.
std::optional<Form> Lowering::wanted_by(std::size_t reader, std::size_t value) const {
  const Operator& op = network_.operators[reader];
  if (search::is_quantizable(op)) return form_of(op.precision);
  if (is<search::AttentionScores>(op) || is<search::AttentionContext>(op) ||
      is<search::HeadProduct>(op)) {
    return op.precision == Precision::kBf16 ? Form::kBf16 : Form::kF32;
  }
  if (is<search::Tokens>(op) || keeps_numbers(op)) {
    const bool any_type = is<search::Tokens>(op) || is<search::Pool>(op);
    return any_type ? wanted_[reader] : Form::kF32;
  }
  if (is<search::GlobalAverage>(op)) return std::nullopt;
  if (is<search::Multiply>(op)) {
    const bool gated =
        op.inputs[0] == value && op.inputs[1] != value && shape_of(op.inputs[1]).sizes.size() == 1;
    return gated ? wanted_[reader] : Form::kF32;
  }
  if (is<search::Add>(op) && plan_.made_by[reader] != reader)
    return wanted_[plan_.products[plan_.made_by[reader]]->result];
  const bool two_types = is<search::Add>(op) || is<search::Activate>(op);
  return two_types && wanted_[reader] == Form::kBf16 ? Form::kBf16 : Form::kF32;
}

bool Lowering::can_be_written(std::size_t index, Form form) const {
  if (form == Form::kF32) return true;
  const Operator& maker = network_.operators[plan_.made_by[index]];
  if (search::is_quantizable(maker))
    return is_integer(maker.precision) ||
           (form == Form::kBf16 && maker.precision == Precision::kBf16);
  if (is<search::LayerNorm>(maker) || is<search::Tokens>(maker) || is<search::Multiply>(maker))
    return true;
  if (is<search::Pool>(maker)) return keeps_numbers(maker);
  if (is<search::AttentionContext>(maker) || is<search::HeadProduct>(maker))
    return form == Form::kBf16 && maker.precision == Precision::kBf16;
  return form == Form::kBf16 &&
         (is<search::Softmax>(maker) || is<search::Add>(maker) || is<search::Activate>(maker));
}

std::vector<Form> Lowering::read_forms(std::size_t index) const {
  std::vector<Form> forms = {wanted_[index]};
  for (const std::size_t reader : readers_[index]) {
    const Form form = wanted_by(reader, index).value_or(forms.front());
    if (std::ranges::find(forms, form) == forms.end()) forms.push_back(form);
  }
  return forms;
}

// From the last operator back, because what is wanted of a value depends on what comes behind it.
void Lowering::choose_forms() {
  wanted_.assign(network_.operators.size(), Form::kF32);
  for (std::size_t i = network_.operators.size() - 1; i-- > 0;) {
    std::optional<Form> agreed;
    bool disagreed = false;
    for (const std::size_t reader : readers_[i]) {
      const std::optional<Form> form = wanted_by(reader, i);
      if (!form) continue;
      disagreed = disagreed || (agreed && *agreed != *form);
      agreed = form;
    }
    // Who reads any form is given what the product computes in.
    if (!agreed) agreed = form_of(network_.operators[plan_.made_by[i]].precision);
    if (!disagreed && can_be_written(i, *agreed)) wanted_[i] = *agreed;
  }
}

// ------------------------------------------------------------------ values

Lowering::Key Lowering::whole(std::size_t index, Form form) const {
  return {index, 0, static_cast<std::size_t>(matrix_dims(index)[1]), form};
}

void Lowering::set_value(std::size_t index, Form form, BufferId buffer) {
  values_[whole(index, form)] = buffer;
}

BufferId Lowering::make_value(std::size_t index, Form form) {
  return make_part(index, {0, static_cast<std::size_t>(matrix_dims(index)[1])}, form);
}

BufferId Lowering::make_part(std::size_t index, const search::Range& range, Form form) {
  const BufferId buffer =
      builder_.new_buffer(features(index, range.end - range.begin, form).get_size());
  values_[{index, range.begin, range.end, form}] = buffer;
  return buffer;
}

std::optional<Form> Lowering::present(const Key& key) const {
  const auto& [index, begin, end, wanted] = key;
  for (const Form form : {Form::kF32, Form::kBf16, Form::kU8}) {
    if (values_.contains({index, begin, end, form})) return form;
  }
  return std::nullopt;
}

std::optional<Form> Lowering::present(std::size_t index) const {
  return present(whole(memory_of(network_, index), Form::kF32));
}

BufferId Lowering::value(std::size_t index, Form form) {
  index = memory_of(network_, index);
  const Key key = whole(index, form);
  if (const auto found = values_.find(key); found != values_.end()) return found->second;
  if (index == kNetworkInput && (is_image(index) || form == Form::kF32)) return network_input(form);
  if (index == kNetworkInput) network_input(Form::kF32);
  return converted(whole(index, *present(key)), key);
}

BufferId Lowering::part(std::size_t index, const search::Range& range, Form form) {
  index = memory_of(network_, index);
  const Key key{index, range.begin, range.end, form};
  if (const auto found = values_.find(key); found != values_.end()) return found->second;
  if (const auto there = present(key))
    return converted({index, range.begin, range.end, *there}, key);
  const auto width = static_cast<std::size_t>(matrix_dims(index)[1]);
  if (range.begin == 0 && range.end == width) return value(index, form);
  // Not divided by the plan: the features are copied out.
  const Form from = present(index).value_or(Form::kF32) == Form::kBf16 ? Form::kBf16 : Form::kF32;
  const BufferId source = value(index, from);
  const BufferId destination = make_part(index, range, form);
  const Dims dims = {matrix_dims(index)[0], dim(range.end - range.begin)};
  add_reorder("take features", source, strided(dims, data_type(from), {dim(width), 1}), destination,
              dense(dims, data_type(form)), range.begin * memory::data_type_size(data_type(from)));
  return destination;
}

// The same features in another form.
BufferId Lowering::converted(const Key& from, const Key& to) {
  const auto& [index, begin, end, source_form] = from;
  const Form form = std::get<3>(to);
  if (source_form != Form::kF32 && form != Form::kF32) {  // through f32, which both know
    converted(from, {index, begin, end, Form::kF32});
    return converted({index, begin, end, Form::kF32}, to);
  }
  // As one row, whatever the features: three channels of an image would be a vector of three.
  const memory::dim elements = matrix_dims(index)[0] * dim(end - begin);
  const memory::desc source = dense({1, elements}, data_type(source_form));
  const memory::desc destination = dense({1, elements}, data_type(form));
  const BufferId buffer = values_.at(from);
  const BufferId made = make_part(index, {begin, end}, form);
  if (source_form == Form::kBf16 || form == Form::kBf16) {
    add_reorder(form == Form::kF32 ? "to f32" : "to bf16", buffer, source, made, destination);
    return made;
  }
  const ActivationScale scale = scale_of(index);
  const auto zero_point = static_cast<float>(scale.zero_point);
  const bool quantizes = form == Form::kU8;
  const float factor = quantizes ? 1.0F / scale.scale : scale.scale;
  const float shift = quantizes ? zero_point : -zero_point * scale.scale;
  const memory constant = builder_.constant({1, 1}, std::vector<float>{factor});
  add_step(quantizes ? "quantize" : "dequantize",
           make_scaling(maker_, source, constant.get_desc(), destination, shift),
           {{DNNL_ARG_SRC_0, buffer, source}, {DNNL_ARG_DST, made, destination}},
           {{DNNL_ARG_SRC_1, constant}});
  return made;
}

// The caller's f32, or, of an image, channels last in the form that the first convolution reads.
BufferId Lowering::network_input(Form form) {
  if (!is_image(kNetworkInput)) {
    set_value(kNetworkInput, Form::kF32, input_);
    return input_;
  }
  if (form == Form::kU8) {
    network_input(Form::kF32);
    return converted(whole(kNetworkInput, Form::kF32), whole(kNetworkInput, Form::kU8));
  }
  if (const auto found = values_.find(whole(kNetworkInput, form)); found != values_.end())
    return found->second;
  const std::vector<std::size_t>& sizes = network_.input.sizes;
  const BufferId made = make_value(kNetworkInput, form);
  add_reorder("channels last", input_,
              dense({dim(batch()), dim(sizes[0]), dim(sizes[1]), dim(sizes[2])}, DataType::f32),
              made, image(kNetworkInput, form));
  return made;
}

// f32 in the order that the network's shape says.
BufferId Lowering::caller_layout(std::size_t index) {
  const BufferId stored = value(index, Form::kF32);
  const std::size_t held = memory_of(network_, index);
  if (!is_image(index)) {
    if (held != kNetworkInput) return stored;
    const BufferId copy = builder_.new_buffer(matrix(index, Form::kF32).get_size());
    add_reorder("copy", stored, matrix(index, Form::kF32), copy, matrix(index, Form::kF32));
    return copy;
  }
  const std::vector<std::size_t>& sizes = shape_of(index).sizes;
  const memory::desc wanted =
      dense({dim(batch()), dim(sizes[0]), dim(sizes[1]), dim(sizes[2])}, DataType::f32);
  const BufferId made = builder_.new_buffer(wanted.get_size());
  add_reorder("channels first", stored, image(index, Form::kF32), made, wanted);
  return made;
}

ActivationScale Lowering::scale_of(std::size_t index) const {
  while (index != kNetworkInput && keeps_numbers(network_.operators[index]))
    index = network_.operators[index].inputs[0];
  if (plans_only())
    return activation_scale(plausible_range(network_, index), largest_activation_code());
  const std::string name =
      index == kNetworkInput ? std::string(kNetworkInputName) : network_.operators[index].name;
  const auto found = calibration_.find(name);
  if (found == calibration_.end())
    refuse("the range of " + (index == kNetworkInput ? "the network's input" : name) +
           " was not calibrated");
  return activation_scale(found->second, largest_activation_code());
}

// ------------------------------------------------------------------ steps and weights

void Lowering::add_step(const std::string& part, const Primitive& primitive,
                        std::vector<BufferArgument> arguments,
                        std::vector<ConstantArgument> constants) {
  if (is_reference(primitive)) {
    throw CompileFailure("operator " + op().name + " (" + part + ", " +
                         std::string(search::to_text(op().precision)) +
                         "): oneDNN has only its reference implementation " +
                         primitive.implementation + " here, which no deployment would run");
  }
  builder_.add_step({op().name, part, primitive.implementation}, primitive, std::move(arguments),
                    std::move(constants));
}

void Lowering::add_loop(const std::string& part, std::vector<BufferId> buffers, HostLoop loop) {
  builder_.add_loop({op().name, part, host_kernel_name()}, std::move(buffers), std::move(loop));
}

void Lowering::add_reorder(const std::string& part, BufferId from, const memory::desc& source,
                           BufferId to, const memory::desc& destination, std::size_t from_offset,
                           std::size_t to_offset) {
  add_step(part, make_reorder(maker_, source, destination),
           {{DNNL_ARG_FROM, from, source, from_offset}, {DNNL_ARG_TO, to, destination, to_offset}});
}

std::vector<float> Lowering::read(const search::WeightSlice& slice) const {
  if (slice.tensor.empty() || plans_only()) return {};
  if (const auto problem = weights_.mismatch(slice))
    throw CompileFailure("operator " + op().name + ": " + *problem);
  return weights_.read(slice);
}

}  // namespace quarry::evaluators
