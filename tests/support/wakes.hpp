// Waiting for somebody's wake. What is woken outlives the wait: a publisher may still be calling
// when the subscription has ended.
#pragma once

#include <functional>
#include <memory>
#include <semaphore>

namespace quarry::test {

class Wakes {
 public:
  std::function<void()> waker() const {
    return [semaphore = semaphore_] { semaphore->release(); };
  }
  void wait() const { semaphore_->acquire(); }

 private:
  std::shared_ptr<std::counting_semaphore<>> semaphore_ =
      std::make_shared<std::counting_semaphore<>>(0);
};

}  // namespace quarry::test
