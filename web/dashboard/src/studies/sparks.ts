// How the hypervolume of each listed study grew: asked for anew only when it has more trials.
import { useEffect, useRef, useState } from "preact/hooks";
import { get, studyPath } from "../app/api";
import type { Study } from "../app/model";

const POINTS = 48;

interface History {
  history: { hypervolume: (number | null)[] };
}

export function useSparks(studies: Study[]): Map<string, number[]> {
  const [sparks, setSparks] = useState(new Map<string, number[]>());
  const asked = useRef(new Map<string, number>());
  useEffect(() => {
    for (const { id, progress, hypervolume } of studies) {
      if (hypervolume === null || asked.current.get(id) === progress.trials) continue;
      asked.current.set(id, progress.trials);
      get<History>(studyPath(id, `/history?limit=${POINTS}`)).then(
        ({ history }) => setSparks((before) => new Map(before).set(id, history.hypervolume.filter((value) => value !== null))),
        () => {}, // a study that was just deleted has no history
      );
    }
  }, [studies]);
  return sparks;
}
