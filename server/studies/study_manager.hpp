// All studies of a server: creates them, gives each a conductor on a thread of its own, and takes
// up again what was running when the server last stopped.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "server/studies/conductor.hpp"

namespace quarry::server {

// Thread-safe. Destroying it is stop_all().
class StudyManager {
 public:
  explicit StudyManager(StudyContext context) : context_(std::move(context)) {}

  // Every study that has not ended goes on.
  void resume_all();

  // Stored before it returns, then started. What this machine knows of operators by then is what it
  // begins with, unless it asks for something else.
  StudyRecord create(StudySpec spec);

  // Stops all conductors and waits for them; their studies stay running in the store.
  void stop_all();

  enum class StopResult { kStopping, kNotRunning };
  // Ends the search of a running study; what was measured stays.
  StopResult stop(const std::string& id);

 private:
  struct Running {
    std::unique_ptr<Conductor> conductor;
    std::unique_ptr<std::atomic<bool>> ended;
    std::jthread thread;  // last, so destroyed first: it stops and joins before what it uses goes
  };

  void start(const StudyRecord& record);

  StudyContext context_;
  std::mutex mutex_;
  std::map<std::string, Running> running_;
};

}  // namespace quarry::server
