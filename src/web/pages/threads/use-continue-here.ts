import { useCallback, useEffect, useRef } from 'react';
import { useRoomBeside } from '../../ui/side-panel.tsx';

const focusComposer = () => document.querySelector<HTMLTextAreaElement>('textarea[aria-label="Message"]')?.focus();

/** Brings the person from a panel to the composer. Where the panel is over it, the panel is closed first. */
export function useContinueHere(isPanelOpen: boolean, closePanel: () => void): () => void {
  const hasRoom = useRoomBeside();
  const wanted = useRef(false);
  useEffect(() => {
    if (isPanelOpen || !wanted.current) return;
    wanted.current = false;
    focusComposer();
  }, [isPanelOpen]);
  return useCallback(() => {
    if (hasRoom) return focusComposer();
    wanted.current = true;
    closePanel();
  }, [hasRoom, closePanel]);
}
