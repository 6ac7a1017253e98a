/** Runs are folded in slots of ten minutes. */
export const SLOT_MS = 600_000;
export const DAY_MS = 86_400_000;

/** `2026-01-31`, in UTC. */
export const dayOf = (time: Date): string => time.toISOString().slice(0, 10);

export const startOfSlot = (time: number): Date => new Date(Math.floor(time / SLOT_MS) * SLOT_MS);

/** Which ten minutes of its day, 0 to 143. */
export const slotOf = (time: Date): number => Math.floor((time.getTime() % DAY_MS) / SLOT_MS);

export const endOfDay = (time: Date): Date => new Date(Math.floor(time.getTime() / DAY_MS) * DAY_MS + DAY_MS);
