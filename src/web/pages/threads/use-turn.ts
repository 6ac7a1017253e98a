import { useAuiState } from '@assistant-ui/react';
import type { Turn } from '../../conversation/to-turns.ts';

/** The turn of the message this is drawn in; null for the place-holder of an answer that has not begun. */
export const useTurn = (): Turn | null =>
  useAuiState((state) => (state.message.metadata.custom.turn as Turn | undefined) ?? null);
