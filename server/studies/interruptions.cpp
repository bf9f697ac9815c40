// Tested by tests/server/storage_fault_test.cpp.
#include "server/studies/interruptions.hpp"

#include "server/studies/study_state.hpp"

namespace quarry::server {
namespace {

class ShownStore final : public Store {
 public:
  ShownStore(Store& store, const Interruptions& interruptions)
      : store_(store), interruptions_(interruptions) {}

  std::vector<StudyRecord> studies() override {
    std::vector<StudyRecord> found = store_.studies();
    for (StudyRecord& study : found) show(study);
    return found;
  }
  std::optional<StudyRecord> study(const std::string& id) override {
    std::optional<StudyRecord> found = store_.study(id);
    if (found) show(*found);
    return found;
  }

  std::int64_t commit(const Commit& change) override { return store_.commit(change); }
  void set_labels(const std::string& study, const StudyLabels& labels) override {
    store_.set_labels(study, labels);
  }
  void remove(const std::string& study) override { store_.remove(study); }
  std::vector<EventRecord> events(const std::string& study, std::int64_t after,
                                  std::size_t limit) override {
    return store_.events(study, after, limit);
  }
  std::vector<EventRecord> state_history(const std::string& study) override {
    return store_.state_history(study);
  }
  std::vector<TrialRecord> trials(const std::string& study, const TrialQuery& query) override {
    return store_.trials(study, query);
  }
  std::optional<search::Measurement> find_measurement(const MeasurementKey& key) override {
    return store_.find_measurement(key);
  }
  std::string fingerprint(const std::string& id) override { return store_.fingerprint(id); }

 private:
  void show(StudyRecord& study) const {
    if (!is_conducted(study.state)) return;
    const std::optional<std::string> reason = interruptions_.reason(study.id);
    if (!reason) return;
    study.state = "paused";
    study.reason = *reason;
  }

  Store& store_;
  const Interruptions& interruptions_;
};

}  // namespace

std::unique_ptr<Store> show_interruptions(Store& store, const Interruptions& interruptions) {
  return std::make_unique<ShownStore>(store, interruptions);
}

}  // namespace quarry::server
