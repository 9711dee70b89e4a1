// Doing something once what was just changed has been painted.

/** Runs `then` after the next frame, or soon when no frames are made (a hidden window). The answer gives it up. */
export function afterPaint(then: () => void, later = 0): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const run = () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
    then();
  };
  const frame = requestAnimationFrame(() => {
    clearTimeout(timer);
    timer = setTimeout(run, later);
  });
  timer = setTimeout(run, 120 + later);
  return () => {
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  };
}
