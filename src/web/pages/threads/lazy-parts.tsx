/**
 * Parts of the threads page that it can be shown without. What every conversation needs soon is fetched as soon as one is shown (`preloadParts`); the rest
 * comes when it is asked for.
 */
import type { ToolCallMessagePartProps } from '@assistant-ui/react';
import { lazy, Suspense } from 'react';
import type { Turn } from '../../conversation/to-turns.ts';
import { preloadMarkdown } from '../../markdown/markdown.tsx';

const loadToolCard = () => import('./tool-card.tsx');
const ToolCard = lazy(() => loadToolCard().then((parts) => ({ default: parts.ToolCard })));

/** The card of a call; until its code is there its name, as high as a card that is closed. */
export const LazyToolCard = (call: ToolCallMessagePartProps) => (
  <Suspense
    fallback={
      <div className="h-19 rounded-xl border border-border bg-raised px-3.5 py-2.5" data-arriving="">
        <span className="font-medium font-mono text-xs">{call.toolName}</span>
      </div>
    }
  >
    <ToolCard {...call} />
  </Suspense>
);

const VersionPicker = lazy(() => import('./version-picker.tsx').then((parts) => ({ default: parts.VersionPicker })));

/** It needs the history, so it comes after the messages in any case. */
export const LazyVersionPicker = (props: { runId: string; messageId?: string }) => (
  <Suspense>
    <VersionPicker {...props} />
  </Suspense>
);

const AnswerSources = lazy(() => import('./answer-sources.tsx').then((parts) => ({ default: parts.AnswerSources })));

/** Asked for only where documents were searched. */
export const LazyAnswerSources = ({ turn }: { turn: Turn }) =>
  turn.messages.some(({ role, name }) => role === 'tool' && name === 'search_documents') && (
    <Suspense>
      <AnswerSources turn={turn} />
    </Suspense>
  );

/** The menu of a thread, with its dialogs. */
export const LazyThreadMenu = lazy(() => import('./thread-menu.tsx').then((parts) => ({ default: parts.ThreadMenu })));

export const LazyNameEditor = lazy(() => import('./name-editor.tsx').then((parts) => ({ default: parts.NameEditor })));

export const LazyNewThreadDialog = lazy(() =>
  import('./new-thread-dialog.tsx').then((parts) => ({ default: parts.NewThreadDialog })),
);

export const LazyHistoryPanel = lazy(() =>
  import('./history-panel.tsx').then((parts) => ({ default: parts.HistoryPanel })),
);

export const LazyRunPanel = lazy(() => import('../runs/run-panel.tsx').then((parts) => ({ default: parts.RunPanel })));

/** Gets what the first answer will need. */
export function preloadParts(): void {
  preloadMarkdown();
  void loadToolCard().catch(() => undefined);
}
