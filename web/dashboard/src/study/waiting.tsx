// A place kept free for what is on its way, so that nothing jumps when it comes.
export function Waiting({ height }: { height: number }) {
  return (
    <div class="card waiting" style={{ minHeight: `${height}px` }} role="status">
      <span class="muted">Loading…</span>
    </div>
  );
}
