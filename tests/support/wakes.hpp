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

// Subscribes (subscribe takes a wake and gives the subscription), then tries again at every wake
// until attempt gives something, an optional's value or true; gives that.
template <typename Subscribe, typename Attempt>
auto try_at_wakes(const Subscribe& subscribe, const Attempt& attempt) {
  const Wakes wakes;
  const auto subscription = subscribe(wakes.waker());
  while (true) {
    if (auto found = attempt()) return found;
    wakes.wait();
  }
}

}  // namespace quarry::test
