/**
 * A run that has lost all workers but one it may lose could be what killed them. Each worker executes one such run at a time: a run that was only unlucky in its company is then
 * not judged by the end of another.
 */
export interface SuspectSlot {
  /** Null: a suspect is here already (or may be, in a moment). Else the slot is taken until the returned function is called (again does nothing). */
  tryTake(): (() => void) | null;
}

export function createSuspectSlot(): SuspectSlot {
  let taken = false;
  return {
    tryTake() {
      if (taken) return null;
      taken = true;
      let mine = true;
      return () => {
        if (mine) taken = false;
        mine = false;
      };
    },
  };
}
