// Three axes on a flat screen: a box that can be turned. Pure.

export interface Turn {
  yaw: number; // degrees about the upright axis
  pitch: number; // degrees from above
}

export type Space = [x: number, y: number, z: number]; // each in -1..1

/** Where a point of the box is seen, x to the right and y upwards, both about -1.7..1.7; depth grows away from the eye. */
export function project([x, y, z]: Space, { yaw, pitch }: Turn): { x: number; y: number; depth: number } {
  const a = (yaw * Math.PI) / 180;
  const b = (pitch * Math.PI) / 180;
  const right = x * Math.cos(a) - z * Math.sin(a);
  const back = x * Math.sin(a) + z * Math.cos(a);
  return { x: right, y: y * Math.cos(b) + back * Math.sin(b), depth: back * Math.cos(b) - y * Math.sin(b) };
}

/** A value's place in its column's range, -1..1. */
export function placeIn(low: number, high: number, value: number): number {
  return high > low ? (2 * (value - low)) / (high - low) - 1 : 0;
}

/** The twelve edges of the box. */
export const EDGES: [Space, Space][] = (() => {
  const ends = [-1, 1];
  const edges: [Space, Space][] = [];
  for (const p of ends)
    for (const q of ends) {
      edges.push([[-1, p, q], [1, p, q]], [[p, -1, q], [p, 1, q]], [[p, q, -1], [p, q, 1]]);
    }
  return edges;
})();
