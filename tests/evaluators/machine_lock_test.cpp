#include "evaluators/machine_lock.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <future>

#include "tests/support/server.hpp"

namespace quarry::evaluators {
namespace {

TEST_CASE("the lock is waited for, whoever holds it, and a stop ends the wait") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/lock";
  std::stop_source stop;
  auto held = MachineLock::acquire(path, {});
  REQUIRE(held.has_value());
  auto waiting =
      std::async(std::launch::async, [&] { return MachineLock::acquire(path, stop.get_token()); });
  stop.request_stop();
  CHECK_FALSE(waiting.get().has_value());
}

TEST_CASE("the next one gets the lock when it is let go") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/lock";
  auto held = MachineLock::acquire(path, {});
  auto waiting = std::async(std::launch::async, [&] { return MachineLock::acquire(path, {}); });
  held.reset();
  CHECK(waiting.get().has_value());
}

TEST_CASE("another process is kept out, and its end lets go of what it held") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/lock";
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t child = fork();
  if (child == 0) {
    const auto lock = MachineLock::acquire(path, {});
    const char byte = 1;
    const bool told = ::write(ready[1], &byte, 1) == 1;
    pause();
    _exit(told ? 0 : 1);
  }
  char byte = 0;
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  std::stop_source stop;
  stop.request_stop();
  CHECK_FALSE(MachineLock::acquire(path, stop.get_token()).has_value());
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  CHECK(MachineLock::acquire(path, {}).has_value());
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("the lock file can be opened by all and written by none but its owner") {
  const test::TemporaryFolder folder;
  const std::string path = folder.path() + "/lock";
  const mode_t before = umask(077);
  CHECK(MachineLock::acquire(path, {}).has_value());
  umask(before);
  struct stat status {};
  REQUIRE(stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777) == 0644);
  CHECK_THROWS_WITH(MachineLock::acquire(folder.path() + "/nowhere/lock", {}),
                    Catch::Contains("cannot open the lock"));
}

}  // namespace
}  // namespace quarry::evaluators
