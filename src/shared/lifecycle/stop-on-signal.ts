/**
 * Two-step stop: the first SIGTERM or SIGINT runs `stop` and then ends the process; a second one ends it at once.
 * @returns removes the listeners again.
 */
export function stopOnSignal(
  stop: (signal: NodeJS.Signals) => Promise<void>,
  exit: (code: number) => void = process.exit,
): () => void {
  let stopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (stopping) return exit(130);
    stopping = true;
    stop(signal).then(
      () => exit(0),
      () => exit(1),
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
  return () => {
    process.off('SIGTERM', onSignal);
    process.off('SIGINT', onSignal);
  };
}
