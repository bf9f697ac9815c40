"""Optuna on the cheap problem of the throughput benchmark: optuna_peer.py SAMPLER TRIALS prints trials
a second, in memory, or "absent: why"."""

import sys
import time

try:
    import optuna
except ImportError as error:
    print(f"absent: {error}")
    sys.exit(0)

GENES = 45


def main(sampler_name: str, trials: int) -> None:
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    sampler = {
        "nsga2": lambda: optuna.samplers.NSGAIISampler(population_size=50, seed=1),
        "tpe": lambda: optuna.samplers.TPESampler(seed=1),
    }[sampler_name]()
    study = optuna.create_study(directions=["minimize", "minimize"], sampler=sampler)

    def objective(trial):
        x = [trial.suggest_int(f"x{i}", 0, 2) for i in range(GENES)]
        return float(sum(x)), float(sum((2 - v) ** 2 * (1 + i % 3) for i, v in enumerate(x)))

    begin = time.perf_counter()
    study.optimize(objective, n_trials=trials)
    print(trials / (time.perf_counter() - begin))


main(sys.argv[1], int(sys.argv[2]))
