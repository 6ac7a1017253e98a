/** What the address of the page says: which assistant is open, `new` for one that is being made, and which side of it. */
export interface AssistantsSearch {
  readonly assistant?: string | undefined;
  readonly view?: 'versions' | undefined;
}

/** Reads an address; what it does not know it leaves out. */
export const readAssistantsSearch = (search: Record<string, unknown>): AssistantsSearch => ({
  ...(typeof search.assistant === 'string' ? { assistant: search.assistant } : {}),
  ...(search.view === 'versions' ? { view: 'versions' } : {}),
});
