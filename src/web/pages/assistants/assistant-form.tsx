import { useBlocker } from '@tanstack/react-router';
import { type FormEvent, type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { sentenceOf } from '../../api/api-error.ts';
import { Button } from '../../ui/button.tsx';
import { ConfirmDialog } from '../../ui/confirm-dialog.tsx';
import { Field, Input, TextArea } from '../../ui/field.tsx';
import { type AssistantDraft, checkDraft, type DraftErrors, toInput } from './assistant-draft.ts';
import { LimitFields } from './limit-fields.tsx';
import { ToolFields } from './tool-fields.tsx';

const MAX_INSTRUCTIONS = 100_000;

/** The settings of an assistant. Nothing is sent before the person saves; leaving with changes asks first. */
export function AssistantForm({
  initial,
  isNew = false,
  saveLabel,
  busy,
  error,
  onSave,
  onCancel,
}: {
  initial: AssistantDraft;
  isNew?: boolean;
  saveLabel: string;
  busy: boolean;
  error: unknown;
  onSave: (body: ReturnType<typeof toInput>) => void;
  onCancel?: () => void;
}) {
  // Kept from the first drawing: a draft made anew from the same version must not reset what was typed.
  const [first] = useState(initial);
  const [draft, setDraft] = useState(first);
  const [tried, setTried] = useState(false);
  /** Set while this form itself leaves, so that saving is not asked about. */
  const leaving = useRef(false);
  /** Set by a try to save that found faults: the first one gets the focus, wherever the person has scrolled to. */
  const faulty = useRef(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    if (!faulty.current) return;
    faulty.current = false;
    form.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  });
  const errors = useMemo(() => checkDraft(draft), [draft]);
  const shown: DraftErrors = tried ? errors : {};
  const dirty = JSON.stringify(draft) !== JSON.stringify(first);
  const set = (change: Partial<AssistantDraft>) => setDraft((before) => ({ ...before, ...change }));
  const blocker = useBlocker({
    shouldBlockFn: () => dirty && !leaving.current,
    enableBeforeUnload: () => dirty && !leaving.current,
    withResolver: true,
  });

  const submit = (event: FormEvent) => {
    event.preventDefault();
    setTried(true);
    if (Object.keys(errors).length > 0) {
      faulty.current = true;
      return;
    }
    leaving.current = isNew;
    onSave(toInput(draft));
  };
  return (
    <form ref={form} onSubmit={submit} noValidate className="flex min-h-0 flex-1 flex-col">
      <div className="min-h-0 flex-1 overflow-y-auto">
        <div className="max-w-3xl space-y-9 px-4 py-6 sm:px-8">
          <Group title="Basics">
            <Field label="Name" aside={`${draft.name.length}/200`} error={shown.name}>
              {(control) => (
                <Input
                  {...control}
                  maxLength={200}
                  autoComplete="off"
                  autoFocus={isNew}
                  placeholder="What people will choose it by"
                  value={draft.name}
                  onChange={({ target }) => set({ name: target.value })}
                />
              )}
            </Field>
            <div className="grid gap-4 sm:grid-cols-[minmax(0,1fr)_11rem]">
              <Field
                label="Model"
                hint="As the provider knows it; “default” is the one the server is set up with."
                error={shown.model}
              >
                {(control) => (
                  <Input
                    {...control}
                    maxLength={256}
                    autoComplete="off"
                    spellCheck={false}
                    value={draft.model}
                    onChange={({ target }) => set({ model: target.value })}
                  />
                )}
              </Field>
              <Field label="Temperature" hint="0 to 2; empty: the model’s own" error={shown.temperature}>
                {(control) => (
                  <Input
                    {...control}
                    inputMode="decimal"
                    autoComplete="off"
                    placeholder="–"
                    value={draft.temperature}
                    onChange={({ target }) => set({ temperature: target.value })}
                  />
                )}
              </Field>
            </div>
          </Group>
          <Group title="Instructions" text="Sent to the model before the thread, with every run.">
            <Field label="System message" aside={`${draft.instructions.length.toLocaleString('en')}/100,000`}>
              {(control) => (
                <TextArea
                  {...control}
                  maxLength={MAX_INSTRUCTIONS}
                  placeholder="You are a helpful assistant…"
                  className="field-sizing-content max-h-[28rem] min-h-36"
                  value={draft.instructions}
                  onChange={({ target }) => set({ instructions: target.value })}
                />
              )}
            </Field>
          </Group>
          <Group title="Tools" text="What the model may call while it answers.">
            <ToolFields draft={draft} errors={shown} onChange={set} />
          </Group>
          <Group
            title="Limits"
            text="What one run may use up. Reaching one ends the run as incomplete, with what it has written."
          >
            <LimitFields limits={draft.limits} errors={shown} onChange={(limits) => set({ limits })} />
          </Group>
        </div>
      </div>
      {(dirty || isNew) && (
        <div className="flex shrink-0 animate-fade-in items-center gap-2 border-border border-t bg-surface px-4 py-3 sm:px-8">
          <p role={error ? 'alert' : 'status'} className="line-clamp-2 min-w-0 flex-1 text-xs">
            {error ? (
              <span className="text-bad">{sentenceOf(error)}</span>
            ) : tried && Object.keys(errors).length > 0 ? (
              <span className="text-bad">Please look at the fields marked red.</span>
            ) : (
              <span className="text-faint">{isNew ? '' : 'Not saved yet'}</span>
            )}
          </p>
          <Button size="sm" disabled={busy} onClick={() => (isNew ? onCancel?.() : setDraft(first))}>
            {isNew ? 'Cancel' : 'Discard'}
          </Button>
          <Button size="sm" variant="primary" type="submit" disabled={busy}>
            {busy ? 'Saving…' : saveLabel}
          </Button>
        </div>
      )}
      <ConfirmDialog
        open={blocker.status === 'blocked'}
        onOpenChange={(open) => !open && blocker.reset?.()}
        title="Leave without saving?"
        description="What you have changed here is lost."
        action="Leave"
        onConfirm={() => blocker.proceed?.()}
      />
    </form>
  );
}

const Group = ({ title, text, children }: { title: string; text?: string; children: ReactNode }) => (
  <section>
    <h3 className="font-semibold text-[0.9375rem] tracking-tight">{title}</h3>
    {text && <p className="mt-0.5 text-soft text-sm">{text}</p>}
    <div className="mt-4 space-y-4">{children}</div>
  </section>
);
