/** The usual constant of reciprocal rank fusion (Cormack, Clarke and Büttcher, 2009): how much the first places stand out. */
const K = 60;

/** One order out of several, by places alone: their scores cannot be compared. @returns best first, with the fused score */
export function fuseRanks(rankings: readonly (readonly string[])[]): { id: string; score: number }[] {
  const scores = new Map<string, number>();
  for (const ranking of rankings)
    for (const [place, id] of ranking.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (K + place + 1));
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .toSorted((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
