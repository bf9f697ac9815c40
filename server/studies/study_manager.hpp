// All studies of a server: creates them, gives each that runs a conductor on a thread of its own,
// acts on the user's wishes, and takes up again what was running when the server last stopped.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/studies/conductor.hpp"
#include "server/studies/interruptions.hpp"

namespace quarry::server {

// Thread-safe. Destroying it is stop_all().
class StudyManager {
 public:
  explicit StudyManager(StudyContext context) : context_(std::move(context)) {}

  // Every study that was under way goes on; one that was paused stays paused.
  void resume_all();

  // Stored before it returns, then started, unless it is to be a draft. What this machine knows of
  // operators by then is what it begins with, unless it asks for something else. The labels' name
  // is not read: the spec has one.
  StudyRecord create(StudySpec spec, const StudyLabels& labels = {}, bool draft = false);

  // Stops all conductors and waits for them; their studies stay running in the store.
  void stop_all();

  enum class Verdict { kDone, kUnknown, kRefused };
  struct Outcome {
    Verdict verdict = Verdict::kDone;
    StudyRecord study;  // as it is now
  };
  // What each does and when: study_state.cpp. What was asked for is in the log when they return;
  // how far the conductor has got with it, the study's state says.
  Outcome pause(const std::string& id);
  Outcome resume(const std::string& id);
  Outcome stop(const std::string& id);  // ends the search; what was measured stays
  Outcome cancel(const std::string& id);
  Outcome extend(const std::string& id, const Budget& more);
  // Precondition: a network of the study's subspace.
  Outcome enqueue(const std::string& id, const search::Genome& genome);
  // Measures again what `plan` says, which is called when nothing can change the study's front any
  // more; nothing to measure leaves it as it is.
  Outcome confirm(const std::string& id,
                  const std::function<std::optional<ConfirmRequest>()>& plan);
  Outcome remove(const std::string& id);

  Outcome set_labels(const std::string& id, const StudyLabels& labels);

  // Studies that the database's failure took from their conductors. They are paused as soon as
  // their log can be told so: by settle_interruptions(), on a timer, or by what the user does next.
  // A stopping study has nothing to be paused for: it is resumed, and goes on to stop.
  const Interruptions& interruptions() const { return interruptions_; }
  void settle_interruptions();

 private:
  struct Running {
    std::unique_ptr<Conductor> conductor;
    std::unique_ptr<std::atomic<bool>> at_rest;
    std::jthread thread;  // last, so destroyed first: it stops and joins before what it uses goes
  };
  enum class Next { kRefused, kNothing, kWake, kStart };

  void settle(const StudyRecord& stored, const std::string& reason);
  Outcome act(const std::string& id, const std::string& verb,
              const std::function<Next(StudyLog&)>& action);
  void start(const StudyRecord& record);

  StudyContext context_;
  Interruptions interruptions_;
  std::mutex mutex_;
  std::map<std::string, Running> running_;
};

}  // namespace quarry::server
