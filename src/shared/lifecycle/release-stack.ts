/**
 * Undo list of what a process opened: the last opened is closed first. Each undo runs once, a failing one does not keep the others from running, and the
 * first failure is thrown at the end.
 */
export interface ReleaseStack {
  /** Register the undo of something just opened. */
  push(release: () => unknown): void;
  release(): Promise<void>;
}

export function createReleaseStack(): ReleaseStack {
  const undos: (() => unknown)[] = [];
  return {
    push: (release) => void undos.push(release),
    async release() {
      const failures: unknown[] = [];
      for (let undo = undos.pop(); undo; undo = undos.pop()) {
        try {
          await undo();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
}
