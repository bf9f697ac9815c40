// A quantization policy at a glance.

/** From the widest to the narrowest. */
export const PRECISIONS = ["f32", "bf16", "int8", "int8_w4"];

/** One cell per quantizable operator in order of execution, coloured by its precision. */
export function PolicyStrip({ policy }: { policy: Record<string, string> }) {
  const operators = Object.entries(policy);
  const summary = operators.map(([name, precision]) => `${name} ${precision}`).join(", ");
  return (
    <span class="strip" role="img" aria-label={summary} title={summary}>
      {operators.map(([name, precision]) => (
        <i key={name} class={`p-${precision}`} />
      ))}
    </span>
  );
}

export function PolicyLegend() {
  return (
    <span class="legend">
      {PRECISIONS.map((precision) => (
        <span key={precision}>
          <i class={`p-${precision}`} /> {precision}
        </span>
      ))}
    </span>
  );
}
